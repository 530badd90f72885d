#!/usr/bin/env python3
"""Compares what a library's index says of its episodes with what other people's programs find in their files.

usage: recording_check.py LIBRARY [EPISODE...]

Read are the index with Python's sqlite3, episode.mcap with the official reader (wheel `mcap`, checksums on) and the
videos with `ffprobe -count_frames`; no code of ours. Per stream of the index: the message count, and for cameras the
number of images that decode, equal the index; no sample was dropped; times rise; at an announced rate no sample is
missing in between; images lie in the video at the times their index messages give. The control loop may leave out
periods that the index states as missed ticks. Prints one JSON summary; exit status 1 and one line per fault otherwise.
"""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from mcap.reader import make_reader

QUERY = """select episodes.id, episodes.path, episodes.missed_ticks, robots.name from episodes
join robots on robots.key = episodes.robot where episodes.state <> 'recording' order by episodes.key"""
STREAMS = """select streams.name, streams.kind, streams.count, streams.dropped from streams
join episodes on episodes.key = streams.episode where episodes.id = ?"""


def recorded(path):
    """Per stream: channel, times and, as the summary states it, the count."""
    streams, companions = {}, {}
    with path.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        summary = reader.get_summary()
        for channel in summary.channels.values():
            part = channel.metadata.get("part")
            name = channel.metadata.get("stream")
            count = summary.statistics.channel_message_counts.get(channel.id, 0)
            if part == "value":
                streams[name] = {"channel": channel, "times": [], "stated": count}
            elif part:
                companions.setdefault(name, []).append((channel.topic, count))
        by_id = {stream["channel"].id: stream for stream in streams.values()}
        for _, channel, message in reader.iter_messages(log_time_order=False):
            if channel.id in by_id:
                by_id[channel.id]["times"].append(message.log_time)
    return streams, companions


def decoded(path):
    """Number of images that decode, and their presentation times in nanoseconds."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-count_frames", "-select_streams", "v", "-show_streams",
               "-show_packets", str(path)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    stream = found["streams"][0]
    return int(stream["nb_read_frames"]), [round(float(p["pts_time"]) * 1e9) for p in found["packets"]], stream


def check_times(name, stream, missed, fault):
    times = stream["times"]
    rate = float(stream["channel"].metadata["rate_hz"])
    falls = sum(b <= a for a, b in zip(times, times[1:])) if rate > 0 else sum(b < a for a, b in zip(times, times[1:]))
    if falls:
        fault(f"{name}: times do not rise at {falls} places")
    if rate <= 0 or len(times) < 2:
        return {}
    period = 1e9 / rate
    left_out = sum(max(0, round((b - a) / period) - 1) for a, b in zip(times, times[1:]))
    longest = max(b - a for a, b in zip(times, times[1:])) / 1e6
    allowed = missed if stream["channel"].metadata["kind"] == "step" else 0
    if left_out > allowed:
        fault(f"{name}: {left_out} samples are missing at {rate:g} Hz, the longest hole lasts {longest:.1f} ms")
    measured = (len(times) - 1 + left_out) * 1e9 / (times[-1] - times[0])
    if abs(measured / rate - 1) > 0.005:
        fault(f"{name}: {measured:.3f} Hz, announced were {rate:g}")
    return {"announced_hz": rate, "measured_hz": round(measured, 3), "longest_ms": round(longest, 2)}


def check_episode(library, row, streams, fault):
    folder = library / row["path"]
    found, companions = recorded(folder / "episode.mcap")
    summary = {"id": row["id"], "robot": row["name"], "missed_ticks": row["missed_ticks"], "streams": {}}
    if set(found) != {name for name, *_ in streams}:
        fault(f"the index names {sorted(name for name, *_ in streams)}, the file {sorted(found)}")
    for name, kind, count, dropped in streams:
        stream = found.get(name)
        if stream is None:
            continue
        times = stream["times"]
        if not len(times) == stream["stated"] == count:
            fault(f"{name}: {len(times)} messages, its summary says {stream['stated']}, the index {count}")
        for topic, companion in companions.get(name, []):
            if companion != count:
                fault(f"{topic}: {companion} messages beside {count}")
        if dropped:
            fault(f"{name}: {dropped} dropped")
        said = {"count": count, **check_times(name, stream, row["missed_ticks"], fault)}
        if kind == "camera":
            images, shown, video = decoded(folder / f"{name}.mp4")
            said.update(images=images, size=f"{video['width']}x{video['height']}")
            if images != count or len(shown) != count:
                fault(f"{name}.mp4: {images} images decode from {len(shown)} packets, the index says {count}")
            elif times:
                shift = shown[0] - times[0]
                worst = max(abs(s - t - shift) for s, t in zip(shown, times))
                if worst > 50_000:
                    fault(f"{name}.mp4: an image is {worst / 1000:.0f} us from the time it was taken")
        summary["streams"][name] = said
    return summary


def main():
    library = Path(sys.argv[1])
    wanted = sys.argv[2:]
    index = sqlite3.connect(f"file:{library / 'library.db'}?mode=ro", uri=True)
    index.row_factory = sqlite3.Row
    faults, episodes = [], []
    for row in index.execute(QUERY).fetchall():
        if wanted and not any(row["id"].startswith(each) for each in wanted):
            continue
        streams = [tuple(stream) for stream in index.execute(STREAMS, (row["id"],))]
        episodes.append(check_episode(library, row, streams, lambda text: faults.append(f"{row['id']}: {text}")))
    if not episodes:
        faults.append("there is no episode to compare")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(json.dumps({"episodes": episodes, "faults": len(faults)}, indent=1))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
