from __future__ import annotations

import pytest

from relportal.core.media import LONGEST_NAME, Media, Refusal, Told, fitting_name, told

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (PNG, Media.PNG),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", Media.JPEG),
        (b"GIF89a\x01\0\x01\0", Media.GIF),
        (b"RIFF\x24\0\0\0WEBPVP8 ", Media.WEBP),
        (b"%PDF-1.7\n", Media.PDF),
        (b'{"error": "timeout"}', Media.JSON),
        (b"\xef\xbb\xbf[1, 2]\n", Media.JSON),
        (b"time,errors\n14:05,12\n14:06,9\n", Media.CSV),
        (b"time;errors\r\n14:05;12\r\n", Media.CSV),
        (b"14:05 rolled back, errors fall\n", Media.TEXT),
        (b"one, two\nthree\n", Media.TEXT),
        ("Störung behoben\n".encode(), Media.TEXT),
        (b"\x1b[31mERROR\x1b[0m cannot connect\n", Media.TEXT),
        (b"<34>Oct 11 22:14:15 mymachine su: failed\n", Media.TEXT),
        (b"{not json\n", Media.TEXT),
        (b"[" * 200_000, Media.TEXT),
    ],
)
def test_a_file_is_told_from_its_content(content: bytes, media: Media) -> None:
    assert told(content) == Told(media)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<s:svg xmlns:s='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE html><p>hello",
        b"  \n\t<HTML><body>",
        b"\xef\xbb\xbf<html>",
        b"<!-- harmless -->\n<script>alert(1)</script>",
        b"<!-- " + b"x" * 10_000 + b" --><svg/>",
        b"<script>alert(1)</script>",
        b"<img src=x onerror=alert(1)>",
        b"<a href='javascript:alert(1)'>x</a>",
        b"<math:svg/>",
    ],
)
def test_markup_is_refused_however_it_begins(content: bytes) -> None:
    assert told(content) == Told(refusal=Refusal.MARKUP)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", Refusal.EMPTY),
        (b" \n", Refusal.EMPTY),
        (b"PK\x03\x04" + b"\0" * 30, Refusal.UNKNOWN),
        (b"\x7fELF\x02\x01", Refusal.UNKNOWN),
        (b"MZ\x90\0", Refusal.UNKNOWN),
        (b"hello\0world", Refusal.UNKNOWN),
        ("<svg/>".encode("utf-16"), Refusal.UNKNOWN),
        (b"RIFF\x24\0\0\0WAVEfmt ", Refusal.UNKNOWN),
    ],
)
def test_what_is_nothing_of_all_that_is_refused(content: bytes, refusal: Refusal) -> None:
    assert told(content) == Told(refusal=refusal)


@pytest.mark.parametrize(
    ("given", "media", "name"),
    [
        ("graph.png", Media.PNG, "graph.png"),
        ("Graph.PNG", Media.PNG, "Graph.PNG"),
        ("graph.html", Media.PNG, "graph.html.png"),
        ("page.html", Media.TEXT, "page.html.txt"),
        ("app.log", Media.TEXT, "app.log"),
        ("../../etc/passwd", Media.TEXT, "passwd.txt"),
        ("C:\\temp\\dump.csv", Media.CSV, "dump.csv"),
        ("gepj\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe", Media.PNG, "gepjgnp.exe.png"),
        ("a\r\nSet-Cookie: x.txt", Media.TEXT, "aSet-Cookie: x.txt"),
        ("", Media.PDF, "file.pdf"),
        ("..", Media.PDF, "file.pdf"),
    ],
)
def test_a_name_ends_as_its_content_is_and_holds_nothing_that_deceives(given: str, media: Media, name: str) -> None:
    assert fitting_name(given, media) == name


def test_an_endless_name_keeps_its_end() -> None:
    name = fitting_name("x" * 1000 + ".log", Media.TEXT)
    assert (len(name), name[-4:]) == (LONGEST_NAME, ".log")
