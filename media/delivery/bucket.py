"""An S3-compatible bucket that sends lectures' files instead of this server.

MEDIA_ROOT stays the truth; the bucket holds a copy of what is published, under the same names.
Readers are led to it by addresses that hold for minutes, after this server has said that they
may watch; playlists come through this server, so that what they name is asked for here again.
Credentials are boto3's matter: environment, profile, or the machine's role.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404


@lru_cache(maxsize=2)
def _client(endpoint: str, region: str) -> Any:
    import boto3  # noqa: PLC0415  only where a bucket is used
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        config=Config(
            signature_version="s3v4", s3={"addressing_style": "path" if endpoint else "auto"}
        ),
    )


def client() -> Any:
    """The bucket's client, as the settings have it."""
    return _client(settings.S3_ENDPOINT, settings.S3_REGION)


def address(name: str, *, kind: str) -> str:
    """An address that opens the file `name` for some minutes."""
    return client().generate_presigned_url(
        "get_object",
        Params={"Bucket": settings.S3_BUCKET, "Key": name, "ResponseContentType": kind},
        ExpiresIn=settings.S3_ADDRESS_S,
    )


def read(name: str) -> bytes:
    """The content of a small file. Raises `Http404`."""
    try:
        return client().get_object(Bucket=settings.S3_BUCKET, Key=name)["Body"].read()
    except client().exceptions.NoSuchKey as error:
        raise Http404 from error


def store(directory: Path, *, name: str) -> None:
    """Copy a published directory; the playlists last, so that nothing they name is missing."""
    files = [path for path in directory.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda file: (file.suffix == ".m3u8", file)):
        from media.serving import OTHER_TYPE, TYPES  # noqa: PLC0415

        client().upload_file(
            str(path),
            settings.S3_BUCKET,
            f"{name}/{path.relative_to(directory).as_posix()}",
            ExtraArgs={
                "ContentType": TYPES.get(path.suffix.lower(), OTHER_TYPE),
                "CacheControl": "public, max-age=31536000, immutable",
            },
        )


def remove(*, name: str) -> None:
    """Remove everything below `name`."""
    pages = (
        client()
        .get_paginator("list_objects_v2")
        .paginate(Bucket=settings.S3_BUCKET, Prefix=f"{name}/")
    )
    for page in pages:
        keys = [{"Key": found["Key"]} for found in page.get("Contents", [])]
        if keys:
            client().delete_objects(Bucket=settings.S3_BUCKET, Delete={"Objects": keys})
