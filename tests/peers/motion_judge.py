#!/usr/bin/env python3
"""Judges the commands of a recorded take with code of its own: MuJoCo's wheel and the official MCAP reader.

    python3 -m venv /tmp/judge && /tmp/judge/bin/pip install mujoco mcap mcap-ros2-support numpy
    understudy retarget --json --robot MODEL.xml --motion FILE.bvh > limits.json      (the limits, printed by joint)
    understudy record --seconds 20 --robot MODEL.xml --motion FILE.bvh ...
    /tmp/judge/bin/python tests/peers/motion_judge.py --model MODEL.xml --limits limits.json EPISODE/episode.mcap

It reads /teleop/step, takes the positions that were sent, and counts per joint and step: position outside the model's
own range, velocity and acceleration above the limits (differences over the loop's period), and steps in which MuJoCo's
own collision check finds two bodies of the robot in one another on the model as its maker wrote it, with full meshes.
Pairs that touch at rest (qpos0, or the first command sent) are listed and not counted. Exit status 1: something broke.
"""

import argparse
import json
import sys

import mujoco
import numpy as np
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory

TOLERANCE = 1e-6
DEPTH = 1e-6  # m; jaws that close touch and are not in one another


def read_steps(path):
    names, times, sequences, commands, measured = None, [], [], [], []
    with open(path, "rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        for _, channel, _, message in reader.iter_decoded_messages(topics=["/teleop/step"]):
            if names is None:
                names = json.loads(channel.metadata["names"])
            times.append(message.time)
            sequences.append(message.sequence)
            commands.append(list(message.command))
            measured.append(list(message.measured))
    return names, np.array(times), np.array(sequences), np.array(commands), np.array(measured)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mcap")
    parser.add_argument("--model", required=True)
    parser.add_argument("--limits", help="JSON of `understudy retarget --json`: velocity and acceleration by joint")
    parser.add_argument("--joints", help="joint names, comma separated, when the recording does not name them")
    arguments = parser.parse_args()

    names, times, sequences, commands, _ = read_steps(arguments.mcap)
    if arguments.joints:
        names = arguments.joints.split(",")
    limits = {}
    if arguments.limits:
        limits = {limit["joint"]: limit for limit in json.load(open(arguments.limits))["limits"]}
    if len(names) != commands.shape[1]:
        names = list(limits)
    if len(names) != commands.shape[1]:
        sys.exit(f"{commands.shape[1]} joints were recorded and {len(names)} names are known")

    model = mujoco.MjModel.from_xml_path(arguments.model)
    data = mujoco.MjData(model)
    joints = [model.joint(name) for name in names]
    gaps = int(np.sum(np.diff(sequences) != 1))
    period = float(np.median(np.diff(times))) * 1e-9
    print(f"{len(times)} steps of {period * 1000:.3f} ms, {gaps} gaps, {len(names)} joints")

    ranges = np.array([j.range if model.jnt_limited[j.id] else (-np.inf, np.inf) for j in joints])
    position = (commands < ranges[:, 0] - TOLERANCE) | (commands > ranges[:, 1] + TOLERANCE)
    # A tick that came late moved for as many periods as it was late.
    periods = np.maximum(np.rint(np.diff(times) * 1e-9 / period), 1)[:, None]
    velocity = np.diff(commands, axis=0) / (periods * period)
    acceleration = np.diff(velocity, axis=0) / period
    whole = (periods[1:, 0] == 1) & (periods[:-1, 0] == 1)
    fastest = np.array([limits[name]["velocity"] if name in limits else np.inf for name in names])
    hardest = np.array([limits[name]["acceleration"] if name in limits else np.inf for name in names])
    too_fast = np.abs(velocity) > fastest * (1 + TOLERANCE)
    too_hard = (np.abs(acceleration) > hardest * (1 + 1e-5) + 1e-6)[whole]

    coupled = [(model.jnt_qposadr[model.eq_obj1id[i]], model.jnt_qposadr[model.eq_obj2id[i]], model.eq_data[i][:5])
               for i in range(model.neq)
               if model.eq_type[i] == mujoco.mjtEq.mjEQ_JOINT and model.eq_obj2id[i] >= 0]

    def place(values):
        for joint, value in zip(joints, values):
            data.qpos[model.jnt_qposadr[joint.id]] = value
        for follower, leader, curve in coupled:
            x = data.qpos[leader] - model.qpos0[leader]
            data.qpos[follower] = model.qpos0[follower] + sum(c * x**power for power, c in enumerate(curve))
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_collision(model, data)

    root = {b: model.body_rootid[b] for b in range(model.nbody)}
    robot = root[model.jnt_bodyid[joints[0].id]]

    def meeting():
        pairs = set()
        for contact in data.contact[:data.ncon]:
            a, b = (int(model.geom_bodyid[g]) for g in contact.geom)
            if contact.dist < -DEPTH and root[a] == robot and root[b] == robot:
                pairs.add(tuple(sorted((model.body(a).name, model.body(b).name))))
        return pairs

    mujoco.mj_resetData(model, data)
    place([model.qpos0[model.jnt_qposadr[j.id]] for j in joints])
    at_rest = meeting()
    place(commands[0])
    at_rest |= meeting()
    collisions, met = 0, {}
    for command in commands:
        place(command)
        pairs = meeting() - at_rest
        collisions += bool(pairs)
        for pair in pairs:
            met[pair] = met.get(pair, 0) + 1

    moved = np.ptp(commands, axis=0)
    print(f"joints that moved more than 0.05 rad: {int(np.sum(moved > 0.05))}; most {moved.max():.2f} rad; "
          f"fastest {np.abs(velocity).max():.2f} /s; hardest {np.abs(acceleration[whole]).max():.1f} /s2")
    print(f"limits broken: position {int(position.sum())}, velocity {int(too_fast.sum())}, "
          f"acceleration {int(too_hard.sum())}{'' if limits else ' (no --limits given)'}")
    print(f"steps in self-collision: {collisions}")
    for pair, count in sorted(met.items(), key=lambda item: -item[1]):
        print(f"  met: {pair[0]} and {pair[1]}, {count} steps")
    print("touching at rest, not counted: " + ("; ".join(f"{a} and {b}" for a, b in sorted(at_rest)) or "none"))
    if not np.all(np.isfinite(commands)) or position.any() or too_fast.any() or too_hard.any() or collisions:
        sys.exit(1)


if __name__ == "__main__":
    main()
