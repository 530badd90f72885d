#!/usr/bin/env python3
"""Times other people's differential IK beside ours, on the same robot and the same wrist targets.

    python3 -m venv /tmp/ikpeers && /tmp/ikpeers/bin/pip install mujoco mink pin-pink daqp quadprog proxsuite numpy
    /tmp/ikpeers/bin/python tests/peers/ik_peers.py --model G1/scene_29dof.xml [--understudy build/release/understudy]

One solve: two arms and the waist of the robot (legs and base fixed), two wrist poses as targets that move with slowly
waving joints (0.2 rad at 1.5 rad/s), a posture task, limits of position and velocity, and self-collision where the peer
has it. What is timed is placing the robot and solving once, as a control loop would. Ours is `understudy bench motion`,
run by this script where --understudy names the program; it also keeps acceleration limits and braking distances.
"""

import argparse
import importlib.metadata
import json
import subprocess
import tempfile
import time

import mujoco
import numpy as np

PERIOD = 0.002
WRISTS = ["left_wrist_yaw_link", "right_wrist_yaw_link"]
HELD = ("hip", "knee", "ankle")


def armed_model(path):
    """The robot without its floating base and legs' joints."""
    spec = mujoco.MjSpec.from_file(path)
    for joint in list(spec.joints):
        if joint.type == mujoco.mjtJoint.mjJNT_FREE or any(part in joint.name for part in HELD):
            spec.delete(joint)
    for group in (spec.actuators, spec.sensors, spec.keys):
        for element in list(group):
            spec.delete(element)
    return spec, spec.compile()


def targets_of(model, steps):
    data = mujoco.MjData(model)
    phases = 0.7 * np.arange(model.nq)
    low, high = model.jnt_range[:, 0], model.jnt_range[:, 1]
    frames = []
    for step in range(steps):
        data.qpos[:] = np.clip(model.qpos0 + 0.2 * np.sin(phases + 1.5 * step * PERIOD), low, high)
        mujoco.mj_kinematics(model, data)
        frames.append([(data.body(name).xpos.copy(), data.body(name).xquat.copy()) for name in WRISTS])
    return frames


def report(name, times, error):
    micros = np.sort(np.array(times)) * 1e6
    return {"name": name, "p50": float(np.percentile(micros, 50)), "p99": float(np.percentile(micros, 99)),
            "error_mm": 1000 * float(np.mean(error))}


def run_mink(model, frames, solver, collisions):
    import mink
    configuration = mink.Configuration(model)
    configuration.update(model.qpos0.copy())
    tasks = [mink.FrameTask(name, "body", position_cost=8.0, orientation_cost=2.0, lm_damping=1.0) for name in WRISTS]
    posture = mink.PostureTask(model, cost=1e-2)
    posture.set_target_from_configuration(configuration)
    names = [model.joint(i).name for i in range(model.njnt)]
    limits = [mink.ConfigurationLimit(model), mink.VelocityLimit(model, {name: 22.0 for name in names})]
    if collisions:
        def geoms(words):
            return [g for g in range(model.ngeom) if model.geom_contype[g] and
                    any(word in model.body(model.geom_bodyid[g]).name for word in words)]
        arms = [geoms([side + "_elbow", side + "_wrist"]) for side in ("left", "right")]
        trunk = geoms(["pelvis", "torso", "hip"])
        limits.append(mink.CollisionAvoidanceLimit(model, [(arms[0], arms[1]), (arms[0] + arms[1], trunk)]))
    times, errors = [], []
    for index, frame in enumerate(frames):
        for task, (position, quaternion) in zip(tasks, frame):
            task.set_target(mink.SE3.from_rotation_and_translation(mink.SO3(quaternion), position))
        start = time.perf_counter()
        velocity = mink.solve_ik(configuration, [*tasks, posture], PERIOD, solver, damping=1e-3, limits=limits)
        configuration.integrate_inplace(velocity, PERIOD)
        times.append(time.perf_counter() - start)
        if index > len(frames) // 4:
            errors.append(np.linalg.norm(configuration.data.body(WRISTS[0]).xpos - frame[0][0]))
    kind = ", self-collision" if collisions else ""
    return report(f"mink {importlib.metadata.version('mink')} ({solver}{kind})", times, errors)


def run_pink(spec, frames, solver):
    import pinocchio
    import pink
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(spec.to_xml())
        file.flush()
        model = pinocchio.buildModelFromMJCF(file.name)
    model.velocityLimit = np.full(model.nv, 22.0)
    configuration = pink.Configuration(model, model.createData(), pinocchio.neutral(model))
    tasks = [pink.FrameTask(name, position_cost=8.0, orientation_cost=2.0, lm_damping=1.0) for name in WRISTS]
    posture = pink.PostureTask(cost=1e-2)
    posture.set_target_from_configuration(configuration)
    # Targets are given in MuJoCo's world; the reduced model's base may lie elsewhere.
    mine = configuration.get_transform_frame_to_world("pelvis")
    times, errors = [], []
    base = frames.base
    shift = mine * pinocchio.XYZQUATToSE3(np.concatenate([base[0], base[1][[1, 2, 3, 0]]])).inverse()
    for index, frame in enumerate(frames.poses):
        for task, (position, quaternion) in zip(tasks, frame):
            task.set_target(shift * pinocchio.XYZQUATToSE3(np.concatenate([position, quaternion[[1, 2, 3, 0]]])))
        start = time.perf_counter()
        velocity = pink.solve_ik(configuration, [*tasks, posture], PERIOD, solver=solver, damping=1e-3)
        configuration.integrate_inplace(velocity, PERIOD)
        times.append(time.perf_counter() - start)
        if index > len(frames.poses) // 4:
            reached = configuration.get_transform_frame_to_world(WRISTS[0]).translation
            errors.append(np.linalg.norm(reached - tasks[0].transform_target_to_world.translation))
    return report(f"pink {importlib.metadata.version('pin-pink')} ({solver})", times, errors)


class Frames:
    def __init__(self, model, poses):
        data = mujoco.MjData(model)
        mujoco.mj_kinematics(model, data)
        self.base = (data.body("pelvis").xpos.copy(), data.body("pelvis").xquat.copy())
        self.poses = poses


def run_ours(program, path):
    document = json.loads(subprocess.run([program, "bench", "motion", "--json", "--robot", path], check=True,
                                         capture_output=True, text=True).stdout)
    rows = [row for row in document["benchmarks"] if row.get("p50") is not None and row["unit"] == "us"]
    return [{"name": "Understudy: " + row["name"], "p50": row["p50"], "p99": row["p99"]} for row in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--understudy")
    parser.add_argument("--steps", type=int, default=1500)
    arguments = parser.parse_args()
    spec, model = armed_model(arguments.model)
    frames = targets_of(model, arguments.steps)
    rows = run_ours(arguments.understudy, arguments.model) if arguments.understudy else []
    tasks = [lambda: run_mink(model, frames, "daqp", False), lambda: run_mink(model, frames, "quadprog", False),
             lambda: run_mink(model, frames, "daqp", True),
             lambda: run_pink(spec, Frames(model, frames), "daqp"),
             lambda: run_pink(spec, Frames(model, frames), "quadprog"),
             lambda: run_pink(spec, Frames(model, frames), "proxqp")]
    for task in tasks:
        rows.append(task())
    ours = rows[0]["p50"] if arguments.understudy else None
    print(f"{'solver':<64} {'p50 us':>9} {'p99 us':>9} {'error mm':>9} {'times ours':>10}")
    for row in rows:
        error = f"{row['error_mm']:9.2f}" if "error_mm" in row else " " * 9
        ratio = f"{row['p50'] / ours:10.1f}" if ours else ""
        print(f"{row['name']:<64} {row['p50']:9.1f} {row['p99']:9.1f} {error} {ratio}")


if __name__ == "__main__":
    main()
