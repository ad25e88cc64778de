"""Films: MP4 and WebM by ffmpeg, which the package imageio-ffmpeg brings along (extra `video`)."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..errors import BadPicture, MissingExtra
from .animations import damaged

COLORS = "-vf scale=out_color_matrix=bt709:out_range=tv -colorspace bt709 -color_primaries bt709 -color_trc bt709"
"""Written down in the file, because players guess differently where nothing is."""
H264 = f"{COLORS} -c:v libx264 -pix_fmt yuv420p -crf 18 -movflags +faststart -f mp4"
VP9 = f"{COLORS} -c:v libvpx-vp9 -pix_fmt yuv420p -crf 28 -b:v 0 -row-mt 1 -f webm"


def program() -> str:
    """The path of ffmpeg, or MissingExtra."""
    try:
        import imageio_ffmpeg
    except ImportError:
        raise MissingExtra(
            "a film, MP4 or WebM", "the package imageio-ffmpeg", 'pip install "phosphene[video]", or write a .gif'
        ) from None
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def write(path: Path, images: Iterator[Image.Image], rate: float, settings: str) -> None:
    """Frames piped to ffmpeg as they come, as PPM; odd sides are filled up to even ones."""
    command = [
        program(),
        "-y",
        "-v",
        "error",
        "-f",
        "image2pipe",
        "-c:v",
        "ppm",
        "-framerate",
        f"{rate:.6f}",
        "-i",
        "-",
    ]
    with tempfile.TemporaryFile() as log, _started([*command, *settings.split(), str(path)], log) as ffmpeg:
        assert ffmpeg.stdin is not None
        try:
            for image in images:
                width, height = image.size
                pixels = np.pad(np.asarray(image), ((0, height % 2), (0, width % 2), (0, 0)), "edge")
                ffmpeg.stdin.write(b"P6 %d %d 255\n" % (pixels.shape[1], pixels.shape[0]))
                ffmpeg.stdin.write(pixels.tobytes())
            ffmpeg.stdin.close()
            failed = ffmpeg.wait() != 0
        except BrokenPipeError:
            failed = True
        except BaseException:
            ffmpeg.kill()
            raise
        finally:
            with suppress(OSError):
                ffmpeg.stdin.close()
        if failed:
            ffmpeg.wait()
            log.seek(0)
            raise OSError(log.read().decode(errors="replace").strip()[-500:])


def _started(command: list[str], log: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """A process that Ctrl-C does not reach, so that this one decides what becomes of its work."""
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, start_new_session=True)


WRITERS: dict[str, Callable[[Path, Iterator[Image.Image], float], None]] = {
    ".mp4": partial(write, settings=H264),
    ".webm": partial(write, settings=VP9),
}


def read(path: Path) -> Iterator[Tensor]:
    """The frames of any film that ffmpeg reads."""
    _about(path)
    return _frames(path)


def rate(path: Path) -> float | None:
    """Frames a second, as the file says."""
    found = re.search(r"Video:.*?([\d.]+) fps", _about(path))
    return float(found[1]) if found else None


def _about(path: Path) -> str:
    """What ffmpeg says about a film; BadPicture where it is none."""
    told = subprocess.run([program(), "-hide_banner", "-i", str(path)], capture_output=True, check=False).stderr
    if b"Video:" not in told:
        raise BadPicture(
            f"{str(path)!r} cannot be read as a video", "a film that ffmpeg reads, such as MP4", "convert it first"
        )
    return told.decode(errors="replace")


def _frames(path: Path) -> Iterator[Tensor]:
    command = [program(), "-v", "error", "-i", str(path), "-f", "image2pipe", "-c:v", "ppm", "-"]
    with tempfile.TemporaryFile() as log, _started(command, log) as ffmpeg:
        assert ffmpeg.stdout is not None
        number = 0
        try:
            while frame := _frame(ffmpeg.stdout):
                width, height, pixels = frame
                number += 1
                yield torch.frombuffer(pixels, dtype=torch.uint8).view(height, width, 3).permute(2, 0, 1).float() / 255
            failed = ffmpeg.wait() != 0
        finally:
            ffmpeg.kill()
        log.seek(0)
        told = log.read().decode(errors="replace").strip()
        if failed or told:  # a film that ends too early is read to there, and ffmpeg is content
            last = re.sub(r"^(\[[^]]*\] *)+", "", told.splitlines()[-1]) if told else "ffmpeg failed"
            raise damaged(path, number, last)


def _frame(stream: IO[bytes]) -> tuple[int, int, bytearray] | None:
    """Width, height and bytes of the next PPM, or None at the end."""
    stream.readline()  # P6, then the size, then the largest number, each in a line of its own
    sizes = stream.readline().split()
    stream.readline()
    if len(sizes) != 2:
        return None
    width, height = map(int, sizes)
    pixels = bytearray(stream.read(3 * width * height))
    return (width, height, pixels) if len(pixels) == 3 * width * height else None
