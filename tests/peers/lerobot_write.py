#!/usr/bin/env python3
"""How many rows per second LeRobot's own writer makes of decoded pictures, for comparison with `understudy bench`.

Started by hand in the environment of lerobot_official.py: lerobot_write.py FOLDER [ROWS]. Three cameras of 640×480, 29
joints, its default encoder; as in our benchmark, recording is not timed: the rows come from memory.
"""

import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np
from lerobot.datasets.lerobot_dataset import LeRobotDataset


def main():
    root = Path(sys.argv[1]) / "lerobot-write-bench"
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    cameras = ["head", "left_wrist", "right_wrist"]
    joints = [f"joint_{i}" for i in range(29)]
    features = {name: {"dtype": "float32", "shape": (29,), "names": joints} for name in ["observation.state", "action"]}
    for camera in cameras:
        features[f"observation.images.{camera}"] = {"dtype": "video", "shape": (480, 640, 3),
                                                    "names": ["height", "width", "channels"]}
    shutil.rmtree(root, ignore_errors=True)
    dataset = LeRobotDataset.create("understudy/bench", fps=30, features=features, root=root)
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:480, 0:640]
    pictures = []
    for n in range(30):
        tiles = np.where(((x + 2 * n) // 24 + y // 24) % 2 == 0, 96, 128) + y // 10
        noise = random.normal(0, 3, (480, 640))
        pictures.append(np.clip(tiles + noise, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=2))
    begin = time.monotonic()
    cpu = time.process_time()
    for row in range(rows):
        frame = {name: np.full(29, row, np.float32) for name in ["observation.state", "action"]}
        frame |= {f"observation.images.{camera}": pictures[row % len(pictures)] for camera in cameras}
        dataset.add_frame(frame | {"task": "measure"})
    dataset.save_episode()
    dataset.finalize()
    took = time.monotonic() - begin
    print(json.dumps({"rows": rows, "rows_per_second": round(rows / took, 1),
                      "cpu_seconds": round(time.process_time() - cpu, 1)}))
    shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
