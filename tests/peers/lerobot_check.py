#!/usr/bin/env python3
"""Judges a LeRobot v3.0 dataset with pyarrow, pandas and ffprobe, sharing no code with the exporter.

usage: lerobot_check.py DATASET [--expected FILE] [--library FOLDER]

FILE may give {"rows", "episodes": [{"task", "length", "state": [[...]...], "action": [[...]...],
"capture_time_ns": [...], "segments": [[name, start_frame, end_frame]...]}]}. With FOLDER, the library that was exported,
state and action are compared with what the official MCAP reader finds in the source episodes. Prints one JSON summary;
exit status 1 and one line per fault otherwise.
"""

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

FAULTS = []
STATS = ["min", "max", "mean", "std", "count", "q01", "q10", "q50", "q90", "q99"]
DEFAULT_FEATURES = {"timestamp": "float32", "frame_index": "int64", "episode_index": "int64", "index": "int64",
                    "task_index": "int64"}


def check(condition, text):
    if not condition:
        FAULTS.append(text)
    return condition


def arrow_type(feature):
    scalar = {"bool": pa.bool_(), "float32": pa.float32(), "float64": pa.float64(), "int64": pa.int64(),
              "string": pa.string()}[feature["dtype"]]
    shape = feature["shape"]
    return scalar if shape == [1] else pa.list_(scalar, shape[0])


def probe(path):
    command = ["ffprobe", "-v", "error", "-of", "json", "-count_frames", "-show_streams", "-show_packets", str(path)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    videos = [s for s in found["streams"] if s["codec_type"] == "video"]
    check(len(found["streams"]) == 1 and len(videos) == 1, f"{path}: not exactly one video stream")
    return videos[0], [float(p["pts_time"]) for p in found["packets"]], found["packets"]


def check_features(info):
    features = info["features"]
    for name, feature in features.items():
        check("/" not in name, f"feature {name} contains '/'")
        check(set(feature) >= {"dtype", "shape", "names"}, f"feature {name} lacks dtype, shape or names")
        if feature["dtype"] == "video":
            check(feature["names"] == ["height", "width", "channels"], f"feature {name}: wrong names")
        else:
            check("image" not in name, f"feature {name} would be taken for a picture")
            check(feature["names"] is None or len(feature["names"]) == feature["shape"][0],
                  f"feature {name}: as many names as values")
    for name, dtype in DEFAULT_FEATURES.items():
        if check(name in features, f"feature {name} is missing"):
            check(features[name]["dtype"] == dtype and features[name]["shape"] == [1], f"feature {name}: wrong type")
    check("observation.capture_time_ns" in features, "the true capture time is missing")


def check_info(root, info):
    check(info["codebase_version"] == "v3.0", "codebase_version")
    check(isinstance(info["fps"], int) and info["fps"] > 0, "fps is no positive integer")
    check(info["splits"] == {"train": f"0:{info['total_episodes']}"}, "splits")
    check(info["data_path"].format(chunk_index=0, file_index=0) == "data/chunk-000/file-000.parquet", "data_path")
    check(not (root / "scratch").exists(), "a scratch file was left behind")
    check(not list(root.glob(".*")), "hidden files were left behind")
    check_features(info)


def read_series(root, pattern):
    paths = sorted(root.glob(pattern))
    check(paths, f"no file {pattern}")
    return paths, [pq.ParquetFile(path) for path in paths]


def check_data(root, info):
    paths, files = read_series(root, "data/*/*.parquet")
    features = {k: v for k, v in info["features"].items() if v["dtype"] != "video"}
    for path, file in zip(paths, files):
        schema = file.schema_arrow
        check(set(schema.names) == set(features), f"{path}: columns differ from the features")
        for name, feature in features.items():
            check(schema.field(name).type == arrow_type(feature),
                  f"{path}: {name} is {schema.field(name).type}, announced {arrow_type(feature)}")
        for group in range(file.metadata.num_row_groups):
            episodes = set(file.read_row_group(group, ["episode_index"])["episode_index"].to_pylist())
            check(len(episodes) == 1, f"{path}: row group {group} holds {len(episodes)} episodes")
            check(file.metadata.row_group(group).column(0).compression == "SNAPPY", f"{path}: not snappy")
    table = pa.concat_tables([file.read() for file in files])
    check(table.num_rows == info["total_frames"], "total_frames")
    check(table["index"].to_pylist() == list(range(table.num_rows)), "index is not 0…n-1 in file order")
    return table


def check_tasks(root, info):
    tasks = pd.read_parquet(root / "meta/tasks.parquet")
    check(list(tasks["task_index"]) == list(range(len(tasks))), "tasks are not in order")
    check(len(tasks) == info["total_tasks"], "total_tasks")
    check(tasks.index.name == "task" and all(isinstance(text, str) for text in tasks.index), "tasks: the index is no text")
    return tasks


def check_stats(stats, info, shape_of=None):
    for name, feature in info["features"].items():
        if not check(name in stats, f"stats of {name} are missing"):
            continue
        for stat in STATS:
            if not check(stat in stats[name], f"stats {name}/{stat} is missing"):
                continue
            value = np.array(stats[name][stat], dtype=float)
            want = (1,) if stat == "count" else (3, 1, 1) if feature["dtype"] == "video" else tuple(feature["shape"])
            check(value.shape == want, f"stats {name}/{stat} has shape {value.shape}")
            check(np.isfinite(value).all(), f"stats {name}/{stat} is not finite")
        order = [np.array(stats[name][s], dtype=float) for s in ["min", "q01", "q10", "q50", "q90", "q99", "max"]]
        for low, high in zip(order, order[1:]):
            check((low <= high + 1e-9 * np.maximum(1, np.abs(high))).all(), f"stats of {name} are out of order")


def close(a, b, scale):
    return abs(a - b) <= 1e-3 * scale + 1e-9


def check_statistics_values(stats, table):
    for name in ["observation.state", "action", "timestamp", "frame_index"]:
        values = np.array(table[name].to_pylist(), dtype=float).reshape(table.num_rows, -1)
        spread = values.max(0) - values.min(0) + 1e-6
        for stat, truth in [("min", values.min(0)), ("max", values.max(0)), ("mean", values.mean(0)),
                            ("std", values.std(0))]:
            for d, (said, true) in enumerate(zip(stats[name][stat], truth)):
                check(close(said, true, spread[d]), f"stats {name}/{stat}[{d}] is {said}, truly {true}")
        check(stats[name]["count"] == [table.num_rows], f"stats {name}/count")


def check_episodes(root, info, table, tasks):
    paths, files = read_series(root, "meta/episodes/*/*.parquet")
    episodes = pa.concat_tables([file.read() for file in files]).to_pylist()
    check(len(episodes) == info["total_episodes"], "total_episodes")
    videos = [name for name, feature in info["features"].items() if feature["dtype"] == "video"]
    expected_row = 0
    ends = {}
    for number, episode in enumerate(episodes):
        where = f"episode {number}"
        length = episode["length"]
        first, last = episode["dataset_from_index"], episode["dataset_to_index"]
        check(episode["episode_index"] == number, f"{where}: episode_index")
        check((first, last) == (expected_row, expected_row + length), f"{where}: rows are not contiguous")
        expected_row += length
        rows = table.slice(first, length)
        check(rows["frame_index"].to_pylist() == list(range(length)), f"{where}: frame_index")
        check(set(rows["episode_index"].to_pylist()) == {number}, f"{where}: rows of another episode")
        wanted = (np.arange(length) / info["fps"]).astype(np.float32)
        check((np.array(rows["timestamp"].to_pylist(), dtype=np.float32) == wanted).all(), f"{where}: timestamp")
        captures = rows["observation.capture_time_ns"].to_pylist()
        check(all(a < b for a, b in zip(captures, captures[1:])), f"{where}: capture times do not rise")
        task = set(rows["task_index"].to_pylist())
        check(len(task) == 1 and [tasks.index[t] for t in task] == episode["tasks"], f"{where}: task")
        data = root / info["data_path"].format(chunk_index=episode["data/chunk_index"],
                                               file_index=episode["data/file_index"])
        inside = pq.read_table(data, columns=["episode_index"])["episode_index"].to_pylist()
        check(inside.count(number) == length, f"{where}: its rows are not in {data}")
        stats = {}
        for key, value in episode.items():
            if key.startswith("stats/"):
                _, name, stat = key.split("/")
                stats.setdefault(name, {})[stat] = value
        check_stats(stats, info)
        for video in videos:
            begin, end = episode[f"videos/{video}/from_timestamp"], episode[f"videos/{video}/to_timestamp"]
            place = (episode[f"videos/{video}/chunk_index"], episode[f"videos/{video}/file_index"])
            check(math.isclose(end - begin, length / info["fps"], abs_tol=1e-6), f"{where}: length of {video}")
            check(math.isclose(begin, ends.get((video, place), 0.0), abs_tol=1e-6), f"{where}: begin of {video}")
            ends[(video, place)] = end
    check(expected_row == info["total_frames"], "the episodes do not cover all rows")
    return episodes, ends


def check_videos(root, info, ends):
    fps = info["fps"]
    images = {}
    for (video, (chunk, number)), end in ends.items():
        path = root / info["video_path"].format(video_key=video, chunk_index=chunk, file_index=number)
        stream, times, packets = probe(path)
        height, width, _ = info["features"][video]["shape"]
        announced = info["features"][video]["info"]
        count = round(end * fps)
        check((stream["height"], stream["width"]) == (height, width), f"{path}: size")
        check(stream["codec_name"] == announced["video.codec"], f"{path}: codec")
        check(stream["pix_fmt"] == announced["video.pix_fmt"], f"{path}: pixel format")
        check(int(stream["nb_read_frames"]) == count, f"{path}: {stream['nb_read_frames']} images decode, {count} rows")
        check(len(times) == count, f"{path}: {len(times)} packets, {count} rows")
        check(stream["avg_frame_rate"] == f"{fps}/1", f"{path}: average rate {stream['avg_frame_rate']}")
        check(stream.get("has_b_frames", 0) == 0, f"{path}: reordered")
        check(all(abs(t - i / fps) < 1e-5 for i, t in enumerate(times)), f"{path}: images are not 1/fps apart from 0")
        check(packets[0]["flags"].startswith("K"), f"{path}: begins without a key image")
        images[video] = images.get(video, 0) + count
    for video, count in images.items():
        check(count == info["total_frames"], f"{video}: {count} images for {info['total_frames']} rows")
    existing = {str(p) for p in root.glob("videos/*/*/*.mp4")}
    named = {str(root / info["video_path"].format(video_key=v, chunk_index=c, file_index=n)) for v, (c, n) in ends}
    check(existing == named, "video files that no episode names, or the other way round")


def check_expected(expected, table, episodes):
    check(table.num_rows == expected["rows"], f"{table.num_rows} rows, expected {expected['rows']}")
    check(len(episodes) == len(expected["episodes"]), "number of episodes")
    for episode, want in zip(episodes, expected["episodes"]):
        where = f"episode {episode['episode_index']}"
        rows = table.slice(episode["dataset_from_index"], episode["length"])
        check(episode["length"] == want["length"], f"{where}: length")
        check(episode["tasks"] == [want["task"]], f"{where}: task")
        for key, name in [("state", "observation.state"), ("action", "action")]:
            values = np.array(rows[name].to_pylist(), dtype=np.float32).reshape(episode["length"], -1)
            check((values == np.array(want[key], dtype=np.float32)).all(), f"{where}: {name} differs")
        check(rows["observation.capture_time_ns"].to_pylist() == want["capture_time_ns"], f"{where}: capture times")
        names = ["dense_subtask_names", "dense_subtask_start_frames", "dense_subtask_end_frames"]
        found = [list(s) for s in zip(*[episode[name] or [] for name in names])]
        check(found == want["segments"], f"{where}: segments are {found}")


def recorded_joints(path, topic):
    """Times and positions of a topic of joint states."""
    from mcap.reader import make_reader
    from mcap_ros2.decoder import DecoderFactory

    times, positions = [], []
    with path.open("rb") as file:
        reader = make_reader(file, decoder_factories=[DecoderFactory()])
        for _, _, message, joints in reader.iter_decoded_messages(topics=[topic]):
            times.append(message.log_time)
            positions.append(list(joints.position))
    return np.array(times, dtype=np.int64), np.array(positions)


def check_sources(library, manifest, table, episodes):
    for source, episode in zip(manifest["episodes"], episodes):
        where = f"episode {episode['episode_index']}"
        found = list(library.glob(f"episodes/*/{source['id']}/episode.mcap"))
        if not check(len(found) == 1, f"{where}: its source {source['id']} is not in the library"):
            continue
        rows = table.slice(episode["dataset_from_index"], episode["length"])
        at = np.array(rows["observation.capture_time_ns"].to_pylist(), dtype=np.int64)
        for topic, name, valid in [("/robot/joint_states", "observation.state", "valid.state"),
                                   ("/teleop/command", "action", "valid.action")]:
            times, positions = recorded_joints(found[0], topic)
            values = np.array(rows[name].to_pylist(), dtype=float).reshape(episode["length"], -1)
            known = np.array(rows[valid].to_pylist())
            check(known.mean() > 0.9, f"{where}: {valid} holds on {known.mean():.0%} of the rows")
            after = np.clip(np.searchsorted(times, at), 1, len(times) - 1)
            before = after - 1
            if name == "action":
                nearer = np.where(at - times[before] <= times[after] - at, before, after)
                truth = positions[nearer]
            else:
                share = ((at - times[before]) / (times[after] - times[before]))[:, None]
                truth = positions[before] + share * (positions[after] - positions[before])
            worst = np.abs(values - truth)[known].max(initial=0)
            check(worst < 1e-5 * max(1, np.abs(truth).max()), f"{where}: {name} differs from {topic} by {worst}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--expected", type=Path)
    parser.add_argument("--library", type=Path)
    arguments = parser.parse_args()
    root = arguments.dataset
    info = json.loads((root / "meta/info.json").read_text())
    check_info(root, info)
    table = check_data(root, info)
    tasks = check_tasks(root, info)
    stats = json.loads((root / "meta/stats.json").read_text())
    check_stats(stats, info)
    check_statistics_values(stats, table)
    episodes, ends = check_episodes(root, info, table, tasks)
    check_videos(root, info, ends)
    manifest = json.loads((root / "meta/export.json").read_text())
    check([e["episode_index"] for e in manifest["episodes"]] == list(range(len(episodes))), "manifest: episodes")
    for source, episode in zip(manifest["episodes"], episodes):
        check(source["rows"] == episode["length"], "manifest: rows")
        for camera in source["cameras"]:
            check(sum(run[2] for run in camera["row_image_count"]) == episode["length"], "manifest: mapping of images")
    if arguments.expected:
        check_expected(json.loads(arguments.expected.read_text()), table, episodes)
    if arguments.library:
        check_sources(arguments.library, manifest, table, episodes)
    for fault in FAULTS:
        print(fault, file=sys.stderr)
    print(json.dumps({"episodes": len(episodes), "rows": table.num_rows, "tasks": list(tasks.index),
                      "video_files": len(ends), "skipped": manifest["skipped"],
                      "encoded": sum(c["images_encoded"] for e in manifest["episodes"] for c in e["cameras"]),
                      "faults": len(FAULTS)}))
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
