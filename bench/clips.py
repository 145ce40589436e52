"""Recordings made by code, so that every figure of the bench can be repeated.

``lecture_clip`` gives 90 s of 1080p30 of the kind that FACTS of this trade are about: five
slides with text from 18 to 44 px (56 s), a CT stack scrolled in a viewer (20 s), a speaker who
moves before a camera that has noise (14 s), and speech where espeak-ng is installed.
"""

import random
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from media.pipeline.ffmpeg_binary import find_ffmpeg

WIDTH, HEIGHT, FPS = 1920, 1080, 30
SLIDE_S = (12, 11, 11, 11, 11)
STACK_S, SPEAKER_S = 20, 14
DURATION_S = sum(SLIDE_S) + STACK_S + SPEAKER_S
SLIDES_S = sum(SLIDE_S)

# What is written on the slides, by the size of its letters in pixels.
TEXTS: tuple[tuple[tuple[int, str], ...], ...] = (
    (
        (44, "Reading the head CT in the first minute"),
        (32, "Blood is bright, oedema is dark, and symmetry is your friend"),
        (28, "Begin outside: scalp, bone, then the spaces around the brain"),
        (24, "Window 80 and level 40 for parenchyma, 2800 and 600 for bone"),
        (20, "Compare both sides at every level before looking for detail"),
        (18, "Source: departmental teaching file, anonymised, slice 5 mm"),
    ),
    (
        (44, "Where blood collects"),
        (32, "Epidural: lens shaped, stops at sutures"),
        (28, "Subdural: crescent, crosses sutures, stops at the midline"),
        (24, "Subarachnoid: cisterns and sulci, look at the interpeduncular fossa"),
        (20, "Intraventricular: the occipital horns fill first when lying down"),
        (18, "Density falls by about 1.5 Hounsfield units each day"),
    ),
    (
        (44, "Early signs of infarction"),
        (32, "Hyperdense middle cerebral artery"),
        (28, "Loss of the insular ribbon, obscured lentiform nucleus"),
        (24, "ASPECTS counts ten regions, one point less for each involved"),
        (20, "A normal scan within three hours does not exclude a stroke"),
        (18, "Barber et al., Lancet 2000, volume 355, pages 1670 to 1674"),
    ),
    (
        (44, "Mass effect and herniation"),
        (32, "Measure midline shift at the foramen of Monro"),
        (28, "Subfalcine, uncal, transtentorial, tonsillar"),
        (24, "An effaced quadrigeminal cistern needs a telephone call"),
        (20, "Trapped ventricle: look for a dilated contralateral temporal horn"),
        (18, "Shift above 5 mm with an extra axial clot is a surgical matter"),
    ),
    (
        (44, "Checklist to take home"),
        (32, "Bone, blood, brain, cisterns, ventricles"),
        (28, "Say what you see, then what you think, then what to do"),
        (24, "State the time at which you told the referring doctor"),
        (20, "Previous examinations are the cheapest contrast agent"),
        (18, "Slides and cases are free to use for teaching with attribution"),
    ),
)
SPEECH = (
    "Welcome to this lecture on the head computed tomogram. We begin outside and work our way in. "
    "First the scalp and the bone, then the spaces around the brain, and then the brain itself. "
    "Blood is bright, oedema is dark, and symmetry is your friend. An epidural haematoma is lens "
    "shaped and stops at the sutures. A subdural haematoma is a crescent, and it crosses them. "
    "Look at the interpeduncular fossa for subarachnoid blood. Early infarction shows as loss of "
    "the insular ribbon. A normal scan within three hours does not exclude a stroke. Measure the "
    "midline shift at the foramen of Monro. Now we scroll through the stack together, slowly from "
    "the base to the vertex, and back again. Notice the ventricles as they open. Say what you see, "
    "then what you think, and then what ought to be done. Thank you for listening. "
)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def slide(number: int) -> Image.Image:
    """One slide: text in falling sizes on the left, a picture of noise and shapes on the right."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (250, 250, 247))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, WIDTH, 14), fill=(20, 80, 130))
    y = 90
    for row in range(len(TEXTS[0])):
        # The first five as they are written, then their lines in other company.
        size, text = TEXTS[(number + row * (number // len(TEXTS))) % len(TEXTS)][row]
        draw.text((90, y), text, font=_font(size), fill=(25, 28, 32))
        y += size * 2 + 40
    scan = Image.fromarray(volume_slice(number * 14 % 71 + 20, side=480)).convert("RGB")
    picture.paste(scan, (1330, 480))
    draw.rectangle((1328, 478, 1811, 961), outline=(120, 120, 120), width=2)
    footer = f"Head CT {number + 1} / {max(number + 1, len(TEXTS))}"
    draw.text((90, 1030), footer, font=_font(18), fill=(90, 90, 90))
    return picture


def volume_slice(z: int, *, side: int) -> np.ndarray:
    """Slice ``z`` (0–99) of a head of ellipsoids with the noise of a scanner, 8-bit greys."""
    rng = np.random.default_rng(1000 + z)
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    x, y = np.meshgrid(axis, axis)
    height = (z - 50) / 60
    outline = (x / 0.74) ** 2 + (y / 0.9) ** 2 + height**2
    grey = np.full((side, side), 4, np.float32)
    grey[outline < 0.98] = 70
    grey[outline < 0.92] = 235
    brain = outline < 0.8
    grey[brain] = 105
    folds = np.sin(23 * x + 5 * height) * np.cos(19 * y - 7 * height) + np.sin(31 * (x * y) + z / 9)
    grey[brain] += 7 * folds[brain]
    for sign in (-1, 1):
        horn = ((x - sign * 0.17) / 0.1) ** 2 + ((y + 0.05) / 0.36) ** 2 + (height / 0.45) ** 2
        grey[horn < 1] = 62
    clot = ((x - 0.42) / 0.12) ** 2 + ((y - 0.2) / 0.2) ** 2 + ((height - 0.15) / 0.3) ** 2
    grey[clot < 1] = 165
    noise = rng.normal(0, 7, (side, side)).astype(np.float32)
    # Reconstruction kernels leave noise that is not white.
    noise = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1)) / 1.7
    grey[outline < 0.98] += noise[outline < 0.98]
    return np.clip(grey, 0, 255).astype(np.uint8)


def _stack_frames() -> Iterator[bytes]:
    """Scrolling with pauses and turns, twelve slices a second when it moves."""
    rendered: dict[int, bytes] = {}
    z, direction = 10, 1
    for n in range(STACK_S * FPS):
        second = n / FPS
        moving = second % 5 < 3.6
        if moving and n % 5 in (0, 2):
            z += direction
            if not 5 <= z <= 95:
                direction = -direction
        if z not in rendered:
            picture = Image.new("RGB", (WIDTH, HEIGHT), (10, 10, 12))
            draw = ImageDraw.Draw(picture)
            picture.paste(Image.fromarray(volume_slice(z, side=960)).convert("RGB"), (480, 60))
            draw.text((40, 40), "HEAD 5 MM AXIAL", font=_font(24), fill=(230, 230, 200))
            draw.text((40, 80), f"Image {z} of 100", font=_font(24), fill=(230, 230, 200))
            draw.text((40, 1020), "W 80  L 40", font=_font(20), fill=(230, 230, 200))
            draw.rectangle((1880, 60 + z * 9, 1890, 90 + z * 9), fill=(90, 140, 200))
            rendered[z] = picture.tobytes()
        yield rendered[z]


def _speaker_frames() -> Iterator[bytes]:
    """Head and shoulders that sway and nod before a bookshelf, with a camera's grain."""
    rng = np.random.default_rng(7)
    shelf = Image.effect_noise((240, 135), 60).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    room = Image.merge(
        "RGB", [shelf.point(lambda v, k=k: int(40 + v * k)) for k in (0.5, 0.4, 0.3)]
    )
    person = Image.new("RGBA", (900, 1000), (0, 0, 0, 0))
    draw = ImageDraw.Draw(person)
    draw.ellipse((100, 520, 800, 1400), fill=(45, 60, 90, 255))
    draw.ellipse((290, 120, 610, 560), fill=(205, 160, 135, 255))
    draw.pieslice((280, 90, 620, 470), 180, 360, fill=(60, 40, 30, 255))
    for x in (380, 520):
        draw.ellipse((x - 22, 300, x + 22, 326), fill=(240, 240, 240, 255))
        draw.ellipse((x - 9, 303, x + 9, 323), fill=(40, 30, 20, 255))
    person = person.filter(ImageFilter.GaussianBlur(2))
    grain = [rng.normal(0, 1.5, (HEIGHT, WIDTH, 1)).astype(np.float32) for _ in range(7)]
    for n in range(SPEAKER_S * FPS):
        frame = room.copy()
        at = (int(510 + 60 * np.sin(n / 23)), int(80 + 14 * np.sin(n / 7)))
        frame.paste(person, at, person)
        mouth = int(6 + 14 * abs(np.sin(n / 3)))
        ImageDraw.Draw(frame).ellipse(
            (at[0] + 410, at[1] + 440, at[0] + 490, at[1] + 440 + mouth), fill=(120, 50, 50)
        )
        noisy = np.asarray(frame, np.float32) + grain[n % 7]
        yield np.clip(noisy, 0, 255).astype(np.uint8).tobytes()


def frames() -> Iterator[bytes]:
    """All pictures of the clip as RGB bytes."""
    for number, seconds in enumerate(SLIDE_S):
        still = slide(number).tobytes()
        for _ in range(seconds * FPS):
            yield still
    yield from _stack_frames()
    yield from _speaker_frames()


def speech(path: Path, text: str = SPEECH * 2, duration_s: int = DURATION_S) -> bool:
    """Write ``text`` as spoken into a WAV file; noise in its place where there is no voice."""
    espeak = shutil.which("espeak-ng")
    if espeak:
        subprocess.run(
            [espeak, "-s", "150", "-w", path, "--stdin"], input=text.encode(), check=True
        )
        return True
    subprocess.run(
        [find_ffmpeg().path, "-v", "error", "-y", "-f", "lavfi", "-i",
         f"anoisesrc=d={duration_s}:c=pink:a=0.1:seed=1,tremolo=f=4:d=0.9", path],
        check=True,
    )  # fmt: skip
    return False


def lecture_clip(directory: Path) -> Path:
    """Make the clip in ``directory``, once; a repeated call finds it there."""
    path = directory / "lecture-90s.mp4"
    if path.exists():
        return path
    directory.mkdir(parents=True, exist_ok=True)
    speech(directory / "speech.wav")
    partial = directory / "partial.mp4"
    _encode(
        frames(), partial,
        "-i", directory / "speech.wav", "-t", str(DURATION_S), "-af", "apad",
        "-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart",
    )  # fmt: skip
    return partial.rename(path)


def _encode(pictures: Iterable[bytes], path: Path, *further: str | Path) -> Path:
    """Encode RGB pictures as a screen recorder would; ``further`` inputs and options."""
    encoder = subprocess.Popen(
        [
            find_ffmpeg().path, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
            "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS), "-i", "-", *further,
            "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "19", path,
        ],
        stdin=subprocess.PIPE,
    )  # fmt: skip
    assert encoder.stdin is not None
    for picture in pictures:
        encoder.stdin.write(picture)
    encoder.stdin.close()
    if encoder.wait() != 0:
        raise RuntimeError("the clip could not be encoded")
    return path


# Of the long lecture: pieces of ten seconds, of which slides stay for three to five.
LONG_SLIDES, PIECE_S = 36, 10


def long_lecture_clip(directory: Path) -> Path:
    """Half an hour of 1080p30 in ``directory``: 36 slides of 30 to 50 s, a stack or a speaker now
    and then, and speech without a break. Made once, of pieces that are joined without being
    encoded again.
    """
    path = directory / "lecture-30min.mp4"
    if path.exists():
        return path
    pieces = directory / "pieces"
    pieces.mkdir(parents=True, exist_ok=True)
    stack = _encode(_stack_frames(), pieces / "stack.mp4")
    speaker = _encode(_speaker_frames(), pieces / "speaker.mp4")
    order: list[Path] = []
    for number in range(LONG_SLIDES):
        still = slide(number).tobytes()
        piece = _encode((still for _ in range(PIECE_S * FPS)), pieces / f"slide-{number}.mp4")
        order += [piece] * (3 + number % 3)
        order += [stack] * (number % 3 == 1) + [speaker] * (number % 4 == 3)
    (directory / "order.txt").write_text("".join(f"file 'pieces/{p.name}'\n" for p in order))
    sentences = re.findall(r"[^.]+\.", SPEECH)
    talk = [s for seed in range(40) for s in random.Random(seed).sample(sentences, len(sentences))]
    speech(directory / "long.wav", "".join(talk), 2000)
    partial = directory / "partial.mp4"
    subprocess.run(
        [
            find_ffmpeg().path, "-v", "error", "-y", "-f", "concat", "-i", directory / "order.txt",
            "-i", directory / "long.wav", "-map", "0:v", "-map", "1:a", "-c:v", "copy",
            "-c:a", "aac", "-b:a", "160k", "-shortest", "-movflags", "+faststart", partial,
        ],
        check=True,
    )  # fmt: skip
    return partial.rename(path)


if __name__ == "__main__":
    import sys

    print(lecture_clip(Path(sys.argv[1])))
