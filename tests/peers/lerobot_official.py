#!/usr/bin/env python3
"""Opens an exported dataset with the official LeRobot loader and compares every row with its sources.

Started by hand, outside CI: pip install 'lerobot==0.4.*' into an environment of its own (it brings PyTorch, some
gigabytes), then: lerobot_official.py DATASET [EXPECTED.json]. EXPECTED.json is that of lerobot_check.py and may add
"pictures": {camera: {"cells": n, "numbers": [...]}}: pictures that carry their number as n×n-pixel cells, eight a row.
The test tst_lerobotexport leaves both under the folder named by UNDERSTUDY_KEEP_EXPORT. In any case state and
action are compared with the Parquet files (which lerobot_check.py --library compares with the recordings), and the
pictures with what ffmpeg decodes from the dataset's own videos.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from lerobot.datasets.lerobot_dataset import LeRobotDataset


def decoded(path, height, width):
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, height, width, 3)


def number_of(picture, cell):
    bits = [picture[(b // 8) * cell + cell // 2, (b % 8) * cell + cell // 2, 0] > 0.5 for b in range(16)]
    return sum(1 << b for b, on in enumerate(bits) if on)


def main():
    root = Path(sys.argv[1])
    expected = json.loads(Path(sys.argv[2]).read_text()) if len(sys.argv) > 2 else None
    info = json.loads((root / "meta/info.json").read_text())
    dataset = LeRobotDataset("understudy/export", root=root)
    assert len(dataset) == info["total_frames"], (len(dataset), info["total_frames"])
    assert dataset.num_episodes == info["total_episodes"]
    table = pa.concat_tables([pq.read_table(path) for path in sorted(root.glob("data/*/*.parquet"))])
    stored = {name: table[name].to_pylist() for name in ["observation.state", "action", "observation.capture_time_ns"]}
    cameras = dataset.meta.camera_keys
    compared = 0
    worst = 0.0
    for number in range(dataset.num_episodes):
        episode = dataset.meta.episodes[number]
        truth = {}
        for key in cameras:
            path = root / dataset.meta.get_video_file_path(number, key)
            first = round(episode[f"videos/{key}/from_timestamp"] * dataset.fps)
            height, width, _ = info["features"][key]["shape"]
            truth[key] = decoded(path, height, width)[first:first + episode["length"]]
            assert len(truth[key]) == episode["length"], (number, key, len(truth[key]))
        want = expected["episodes"][number] if expected else None
        for row in range(episode["length"]):
            item = dataset[episode["dataset_from_index"] + row]
            assert int(item["episode_index"]) == number and int(item["frame_index"]) == row
            assert item["task"] == episode["tasks"][0]
            for name, values in stored.items():
                value = values[episode["dataset_from_index"] + row]
                assert np.array_equal(item[name].numpy().ravel(), np.array(value, item[name].numpy().dtype).ravel()), name
            if want:
                assert item["task"] == want["task"]
                assert np.array_equal(item["observation.state"].numpy().ravel(), np.float32(want["state"][row]))
                assert np.array_equal(item["action"].numpy().ravel(), np.float32(want["action"][row]))
                assert int(item["observation.capture_time_ns"]) == want["capture_time_ns"][row]
            for key in cameras:
                picture = item[key].numpy().transpose(1, 2, 0)
                difference = np.abs(picture * 255 - truth[key][row].astype(np.float32)).mean()
                worst = max(worst, float(difference))
                assert difference < 3, f"episode {number} row {row} {key}: another picture ({difference:.1f} levels)"
                neighbour = row + 1 if row + 1 < episode["length"] else row - 1
                if want and key in want.get("pictures", {}):
                    shown = number_of(picture, want["pictures"][key]["cells"])
                    assert shown == want["pictures"][key]["numbers"][row], (number, row, key, shown)
                elif not np.array_equal(truth[key][row], truth[key][neighbour]):
                    other = np.abs(picture * 255 - truth[key][neighbour].astype(np.float32)).mean()
                    assert difference <= other, f"episode {number} row {row} {key}: nearer to its neighbour"
                compared += 1
    print(json.dumps({"episodes": dataset.num_episodes, "rows": len(dataset), "pictures": compared,
                      "worst_mean_difference": round(worst, 3)}))


if __name__ == "__main__":
    main()
