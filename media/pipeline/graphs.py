"""What ffmpeg is told to do with pictures and sound: filters, encoders, segments.

The recipe and its measurements are in ``docs/decisions/0008-lecture-recipe.md``.
"""

from enum import IntEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from media.pipeline.h264_levels import REFERENCE_FRAMES
from media.pipeline.jobs import Chunk
from media.pipeline.plan import AAC, AV1, AudioRendition, Plan, VideoRendition

PLAYLIST = "index.m3u8"


class Care(IntEnum):
    """How much of a source is trusted; the next is tried where the one before fails.

    A ``RESCUE`` holds the nearest picture, or silence, wherever nothing can be decoded; a
    ``BLANK`` chunk of the picture is black.
    """

    USUAL = 0
    RESCUE = 1
    BLANK = 2


# How far before a damaged chunk a picture is looked for that can stand for it.
_RESCUE_LEAD_S = 60.0
INIT_SEGMENT = "init.mp4"
SEGMENT_PATTERN = "seg-%05d.m4s"

# The encoder puts one frame of silence before the first sample (its priming), which players of
# fragmented MP4 do not take away: leaving out as much at the start keeps sound on picture.
AAC_FRAME_SAMPLES = 1024

# Above all pictures of a segment: key frames come where they are forced, nowhere else.
_KEY_DISTANCE = 1000
# From here back the last picture of a track that ended earlier is looked for.
_TAIL_S = 1.0
# Threads and pictures ahead are paid in memory. With so few of them all encoders together stay
# below 1.2 GB, however many cores there are, and may share one decode.
_DECODER_THREADS = 1
_RUNG_THREADS = ":threads=2:rc-lookahead=20"
# Ten pictures are two seconds here.
_SAVER_THREADS = ":threads=1:rc-lookahead=10"
_AV1_RUNG_THREADS = ":lp=1"
# Fewer layers and no look-ahead: a saver of five pictures a second needs fewer bytes without.
_AV1_SAVER_THREADS = ":lp=1:lookahead=0:hierarchical-levels=3"

# Stitchable: the headers of all chunks are the same, whatever their quality factor. Without
# psychovisual tricks, adaptive quantisation and split blocks: a stack's noise costs 40 % fewer
# bytes and a third less CPU at a higher VMAF, and greys stay truer. The offset keeps skin from
# breaking into patches of colour, for 3 % of a speaker's bytes.
_X264_PARAMS = "stitchable=1:psy=0:aq-mode=0:partitions=none:chroma-qp-offset=-2"

# Quantisation matrices: 4 % fewer bytes for nothing. Layers of pictures whose quality differs
# less: a fifth fewer bytes for a scrolled stack at the same VMAF. Tools for screen content: 5 %
# fewer bytes at a higher VMAF, for a camera's picture, too; left to itself, it finds no screen.
_SVT_AV1_PARAMS = "enable-qm=1:qm-min=0:qp-scale-compress-strength=3:scm=1"


def _open(source: Path, plan: Plan, **options: Any) -> Any:
    return ffmpeg.input(
        # "file:" keeps a name like "concat:a|b" from being taken for a protocol.
        f"file:{source.resolve()}",
        format_whitelist=",".join(plan.demuxers),
        protocol_whitelist="file,pipe",
        max_pixels=plan.max_source_pixels,
        max_streams=1000,
        **options,
    )


def picture_outputs(
    source: Path,
    plan: Plan,
    renditions: tuple[VideoRendition, ...],
    chunk: Chunk,
    care: Care = Care.USUAL,
) -> list[Any]:
    """One output for each of ``renditions``, of which a chunk is made from one decode."""
    frames = _black(plan, renditions[0], chunk)
    if care != Care.BLANK:
        frames = _frames(source, plan, chunk, is_rescue=care == Care.RESCUE)
        if plan.treatment.tone_map:
            frames = tone_mapped(frames, _largest(renditions))
    savers = [rendition for rendition in renditions if rendition.is_saver]
    ladder = [rendition for rendition in renditions if not rendition.is_saver]
    branches = frames.filter_multi_output("split", bool(ladder) + bool(savers))
    outputs = []
    if ladder:
        outputs += _ladder_outputs(branches[0], plan, ladder, chunk)
    if savers:
        saver = savers[0]
        slow = _scaled(branches[bool(ladder)].filter("fps", fps=str(saver.fps)), saver)
        outputs += _outputs(_distinct(slow, plan, saver.fps), plan, savers, chunk)
    return outputs


def _largest(renditions: tuple[VideoRendition, ...]) -> tuple[int, int]:
    return max((rendition.width, rendition.height) for rendition in renditions)


def _black(plan: Plan, rendition: VideoRendition, chunk: Chunk) -> Any:
    colour = f"color=black:s={rendition.width}x{rendition.height}:r={plan.fps}"
    return ffmpeg.input(colour, f="lavfi").video.filter("trim", end_frame=chunk.frames)


def _frames(source: Path, plan: Plan, chunk: Chunk, *, is_rescue: bool = False) -> Any:
    """The chunk's pictures on the plan's time grid, from time 0 on, none missing."""
    ends_s = plan.duration_s - plan.video_pad_s
    is_past_end = plan.video_pad_s > 0 and chunk.start_s >= ends_s
    from_s = ends_s - _TAIL_S if is_past_end else float(chunk.start_s)
    offset_s = _TAIL_S if is_past_end else 0.0
    seek_s = max(0.0, from_s - plan.seek_lead_s - (_RESCUE_LEAD_S if is_rescue else 0.0))
    offset_s += from_s - seek_s
    # Not accurate: pictures since the key frame come along, with times below 0, because the
    # last of them is the one still shown when the chunk begins.
    options = {"ss": _seconds(seek_s), "noaccurate_seek": None} if seek_s > 0 else {}
    stream = _open(source, plan, threads=_DECODER_THREADS, **options)[str(plan.video_index)]
    if plan.treatment.deinterlace:
        stream = deinterlaced(stream)
    late = chunk.start_s < plan.video_start_s or chunk.number == 0 or is_rescue
    # A late first picture is shown from the start, and gaps are filled.
    stream = stream.filter("fps", fps=str(plan.fps), **({"start_time": 0} if late else {}))
    # The last picture stays where the plan says so, and no longer: what breaks off must show.
    hold_s = max(0.0, offset_s + chunk_end_s(plan, chunk) - max(from_s, ends_s))
    hold_s += plan.duration_tolerance_s
    if is_rescue:
        hold_s += offset_s + plan.chunk_s
    stream = stream.filter("tpad", stop_mode="clone", stop_duration=_seconds(hold_s))
    if seek_s > 0:
        stream = stream.filter("trim", start=_seconds(offset_s)).filter("setpts", "PTS-STARTPTS")
    return stream.filter("trim", end_frame=chunk.frames)


def chunk_end_s(plan: Plan, chunk: Chunk) -> float:
    """When the chunk ends, in the lecture's time."""
    return chunk.start_s + float(chunk.frames / plan.fps)


def _ladder_outputs(
    frames: Any, plan: Plan, ladder: list[VideoRendition], chunk: Chunk
) -> list[Any]:
    distinct = _distinct(_scaled(frames, ladder[0]), plan, plan.fps)
    return _outputs(distinct, plan, ladder, chunk)


def _outputs(frames: Any, plan: Plan, renditions: list[VideoRendition], chunk: Chunk) -> list[Any]:
    """Pictures of the first rendition's size made into all of them, the largest first."""
    copies = frames.filter_multi_output("split", len(renditions))
    size = renditions[0].width, renditions[0].height
    outputs = []
    for number, rendition in enumerate(renditions):
        is_same = (rendition.width, rendition.height) == size
        stream = copies[number] if is_same else _scaled(copies[number], rendition)
        outputs.append(_video_output(stream, plan, rendition, chunk))
    return outputs


def _distinct(frames: Any, plan: Plan, fps: Fraction) -> Any:
    """Pictures that differ from the one before, and one a second whatever it shows.

    The limits are those at which faint changes of a stack are kept; the default loses them.
    Each second's picture makes cuts fall on exact multiples of the segment's length.
    """
    copies = frames.filter_multi_output("split", 2)
    kept = copies[0].filter("mpdecimate", hi=256, lo=128, frac=0.02)
    beats = copies[1].filter("select", f"not(mod(n,{_frames_per_beat(plan, fps)}))")
    merged = ffmpeg.filter([kept, beats], "interleave", nb_inputs=2)
    first_of_each = merged.filter("select", "isnan(prev_selected_pts)+gt(pts,prev_selected_pts)")
    return first_of_each.filter("settb", _tick(plan))


def _frames_per_beat(plan: Plan, fps: Fraction) -> int:
    """A whole number of pictures of which a whole number fills a segment; about a second."""
    in_segment = int(fps * plan.segment_s)
    beats = next(n for n in range(plan.segment_s, 0, -1) if in_segment % n == 0)
    return in_segment // beats


def deinterlaced(stream: Any) -> Any:
    """Pictures that their recording calls interlaced made whole, at the rate they have."""
    return stream.filter("bwdif", mode="send_frame", deint="interlaced")


def tone_mapped(stream: Any, size: tuple[int, int]) -> Any:
    """High dynamic range to BT.709, on the size that is needed and no larger."""
    stream = stream.filter("scale", *size, flags="bicubic")
    stream = stream.filter("zscale", t="linear", npl=100).filter("format", "gbrpf32le")
    stream = stream.filter("zscale", p="bt709").filter("tonemap", tonemap="hable", desat=0)
    return stream.filter("zscale", t="bt709", m="bt709", r="tv")


def _scaled(stream: Any, rendition: VideoRendition) -> Any:
    # The planned size is that of square pixels, so the scaler removes anamorphic ones, too.
    return (
        stream.filter("scale", rendition.width, rendition.height, flags="bicubic", out_range="tv")
        .filter("setsar", 1)
        .filter("format", "yuv420p")
    )


def _video_output(stream: Any, plan: Plan, rendition: VideoRendition, chunk: Chunk) -> Any:
    encoder = _av1 if rendition.codec == AV1 else _h264
    options = {
        **encoder(plan, rendition, rendition.crfs[chunk.number]),
        "fps_mode": "passthrough",
        "enc_time_base": _tick(plan),
        "g": _KEY_DISTANCE,
        "force_key_frames": f"expr:gte(t,n_forced*{plan.segment_s})",
        # Each picture lasts until the next, the last one until the chunk's end: without that
        # word the last picture of a segment would last one tick.
        "bsf:v": (f"setts=duration=if(eq(NEXT_PTS\\,NOPTS)\\,{chunk.frames}-PTS\\,NEXT_PTS-PTS)"),
        "output_ts_offset": chunk.start_s,
    }
    first = chunk.start_s // plan.segment_s
    segments = _segments(rendition.name, plan, first)
    return ffmpeg.output(stream, f"{rendition.name}/{PLAYLIST}", **options, **segments)


def _h264(plan: Plan, rendition: VideoRendition, crf: float) -> dict[str, Any]:
    return {
        "c:v": "libx264",
        "preset": rendition.preset or plan.preset,
        "profile:v": "high",
        "level:v": rendition.level,
        "crf": crf,
        "maxrate": rendition.maxrate_bps,
        "bufsize": rendition.bufsize_bits,
        "refs": REFERENCE_FRAMES,
        # No B-frames: their delay would sit in an edit list that players of fragmented MP4
        # apply differently, which puts picture and sound up to 112 ms apart.
        "bf": 0,
        "sc_threshold": 0,
        "x264-params": _X264_PARAMS + (_SAVER_THREADS if rendition.is_saver else _RUNG_THREADS),
    }


def _av1(plan: Plan, rendition: VideoRendition, crf: float) -> dict[str, Any]:
    return {
        "c:v": "libsvtav1",
        "preset": rendition.preset or plan.av1_preset,
        "crf": round(crf),
        "svtav1-params": _SVT_AV1_PARAMS
        + (_AV1_SAVER_THREADS if rendition.is_saver else _AV1_RUNG_THREADS),
    }


def sound_outputs(source: Path, plan: Plan, care: Care = Care.USUAL) -> list[Any]:
    """One output for each rendition of the sound, all from one decode."""
    stream = _open(source, plan, vn=None)[str(plan.audio_index)]
    rate = plan.audio[0].sample_rate_hz
    # Silence before a late start and in gaps, so that sound stays on picture.
    stream = stream.filter("aresample", rate, **{"async": 1, "first_pts": 0})
    if plan.gain_db:
        stream = stream.filter("volume", f"{plan.gain_db}dB")
    if plan.must_limit:
        limit = 10 ** (plan.peak_dbfs / 20)
        stream = stream.filter("alimiter", limit=f"{limit:.4f}", level="false", latency="true")
    if care != Care.USUAL:
        stream = stream.filter("apad")
    elif plan.audio_pad_s > 0:
        stream = stream.filter("apad", pad_dur=_seconds(plan.audio_pad_s))
    copies = stream.filter_multi_output("asplit", len(plan.audio))
    return [
        _audio_output(copies[number], plan, rendition)
        for number, rendition in enumerate(plan.audio)
    ]


def _audio_output(stream: Any, plan: Plan, rendition: AudioRendition) -> Any:
    stream = stream.filter(
        "aformat",
        channel_layouts="mono" if rendition.channels == 1 else "stereo",
        sample_rates=rendition.sample_rate_hz,
    )
    if rendition.codec == AAC:
        stream = stream.filter("atrim", start_sample=AAC_FRAME_SAMPLES)
        stream = stream.filter("asetpts", "N/SR/TB")
        options = {"c:a": "aac", "b:a": rendition.bitrate_bps}
    else:
        options = {"c:a": "libopus", "b:a": rendition.bitrate_bps, "application": "voip"}
    segments = _segments(rendition.name, plan, 0)
    return ffmpeg.output(
        stream, f"{rendition.name}/{PLAYLIST}", t=_seconds(plan.duration_s), **options, **segments
    )


def _segments(name: str, plan: Plan, first: int) -> dict[str, Any]:
    return {
        "f": "hls",
        # A phone writes the place where it stood into its files; chapters and titles of the
        # upload are the author's to publish.
        "map_metadata": -1,
        "map_chapters": -1,
        "start_number": first,
        "hls_time": plan.segment_s,
        "hls_list_size": 0,
        "hls_playlist_type": "vod",
        "hls_flags": "independent_segments",
        "hls_segment_type": "fmp4",
        "hls_segment_options": "movflags=+frag_discont",
        "hls_fmp4_init_filename": INIT_SEGMENT,
        "hls_segment_filename": f"{name}/{SEGMENT_PATTERN}",
    }


def _tick(plan: Plan) -> str:
    return f"{plan.fps.denominator}/{plan.fps.numerator}"


def _seconds(seconds: float) -> str:
    """A time as ffmpeg reads it: it takes no exponents."""
    return f"{seconds:.6f}"
