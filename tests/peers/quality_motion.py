#!/usr/bin/env python3
"""Writes reach_left.bvh and .toml into a folder: the project's own motion, done with the left hand. The second motion of
the quality study (docs/quality.md).

    tests/peers/quality_motion.py FOLDER
"""

import importlib.util
import pathlib
import sys

source = pathlib.Path(__file__).parents[2] / "resources/motions/make_reach_grasp_lift_place.py"
spec = importlib.util.spec_from_file_location("motion", source)
motion = importlib.util.module_from_spec(spec)
spec.loader.exec_module(motion)

plain_arm, plain_turn = motion.arm, motion.rotated_z
moving = []


def exchanged_arm(side, wrist, tilt, turn):
    """The right arm is asked for first, moving; the left one then, at rest."""
    if side < 0:
        moving[:] = [wrist, tilt, turn]
        return plain_arm(-1, motion.READY[0], motion.READY[1], 0.0)
    (x, y, z), tilt, turn = moving
    return plain_arm(+1, (x, -y, z), tilt, -turn)


motion.arm = exchanged_arm
motion.rotated_z = lambda degrees: plain_turn(-degrees)
folder = pathlib.Path(sys.argv[1])
(folder / "reach_left.bvh").write_text(motion.bvh())
(folder / "reach_left.toml").write_text(motion.toml().replace('hand = "right"', 'hand = "left"'))
