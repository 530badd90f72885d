#!/usr/bin/env python3
"""Drives humanoids from public repositories with the profile the studio proposes, untouched.

    tests/peers/humanoids.py --repositories DIR [--understudy build/release/understudy] [--motion FILE.bvh …]

DIR holds clones, named owner+name (a work tree, or a bare repository in owner+name/repo). Nothing of them enters this
repository: each model is unpacked at its commit into a temporary folder. Prints one table row per robot and motion and
ends with 1 when a limit was broken, a robot collided with itself or a proposal had no arms.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

# Robot, repository, commit, folder to unpack, model in it.
ROBOTS = [
    ("Unitree H1", "unitreerobotics/unitree_mujoco", "c598f103acb87a5fd3de7c9037f4dab6aa7f232b",
     "unitree_robots/h1", "h1.xml"),
    ("Unitree H1-2", "unitreerobotics/unitree_mujoco", "c598f103acb87a5fd3de7c9037f4dab6aa7f232b",
     "unitree_robots/h1_2", "h1_2_handless.xml"),
    ("Unitree R1", "unitreerobotics/unitree_mujoco", "c598f103acb87a5fd3de7c9037f4dab6aa7f232b",
     "unitree_robots/r1", "R1_C++.xml"),
    ("Unitree G1, 23 joints", "unitreerobotics/unitree_mujoco", "c598f103acb87a5fd3de7c9037f4dab6aa7f232b",
     "unitree_robots/g1", "g1_23dof.xml"),
    ("Kuavo S45", "YanjieZe/GMR", "4f9e8b7b8b471c9d8b4cb0119f6dca886868b3dd", "assets/kuavo_s45",
     "biped_s45_collision.xml"),
    ("HighTorque Hi", "YanjieZe/GMR", "4f9e8b7b8b471c9d8b4cb0119f6dca886868b3dd", "assets/hightorque_hi",
     "hi_25dof.xml"),
    ("ToddlerBot", "YanjieZe/GMR", "4f9e8b7b8b471c9d8b4cb0119f6dca886868b3dd", "assets/stanford_toddy",
     "toddy_mocap.xml"),
    ("Fourier GR1T1", "FFTAI/Wiki-GRx-Models", "7d96c758f048fe1bf92b3258864d94771ae0c093", "GRX/GR1/gr1t1",
     "basic_urdf/gr1t1.urdf"),
    ("Fourier GR1T2", "FFTAI/Wiki-GRx-Models", "7d96c758f048fe1bf92b3258864d94771ae0c093", "GRX/GR1/gr1t2",
     "basic_urdf/gr1t2.urdf"),
    ("Fourier GR2", "FFTAI/Wiki-GRx-Models", "7d96c758f048fe1bf92b3258864d94771ae0c093", "GRX/GR2/gr2v3_8_7",
     "basic_urdf/gr2v3_8_7.urdf"),
    ("Fourier GR3", "FFTAI/Wiki-GRx-Models", "7d96c758f048fe1bf92b3258864d94771ae0c093", "GRX/GR3/gr3v2_1_1",
     "basic_urdf/gr3v2_1_1.urdf"),
    ("ergoCub SN000", "ami-iit/ergocub-software", "ef9652e334c665b44987ff292c1bed6ce5ec16f3", "urdf/ergoCub",
     "robots/ergoCubSN000/model.urdf"),
]


def repository(base, name):
    for candidate in (base / name.replace("/", "+"), base / name.replace("/", "+") / "repo"):
        if (candidate / ".git").exists() or (candidate / "HEAD").exists():
            return candidate
    return None


def unpack(clone, commit, folder, into):
    archive = subprocess.run(["git", "-C", str(clone), "archive", f"{commit}:{folder}"], capture_output=True)
    if archive.returncode != 0:
        return archive.stderr.decode().strip()
    subprocess.run(["tar", "-x", "-C", str(into)], input=archive.stdout, check=True)
    return None


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repositories", type=pathlib.Path, required=True)
    arguments.add_argument("--understudy", default="build/release/understudy")
    arguments.add_argument("--motion", action="append", help="BVH; the shipped motion when left out")
    arguments.add_argument("--only", help="part of a robot's name")
    options = arguments.parse_args()
    motions = options.motion or ["reach_grasp_lift_place"]
    failed = 0
    print("| robot | arms | waist | motion | steps held | position mean / p95 mm | orientation mean / p95 ° "
          "| limits broken | self-collision |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for robot, name, commit, folder, model in ROBOTS:
        if options.only and options.only.lower() not in robot.lower():
            continue
        clone = repository(options.repositories, name)
        if clone is None:
            print(f"{robot}: clone {name} into {options.repositories}", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as scratch:
            wrong = unpack(clone, commit, folder, scratch)
            path = pathlib.Path(scratch) / model
            if wrong or not path.exists():
                print(f"{robot}: {wrong or 'no ' + model} in {name} at {commit}", file=sys.stderr)
                failed += 1
                continue
            for motion in motions:
                run = subprocess.run([options.understudy, "retarget", "--json", "--robot", str(path), "--motion", motion],
                                     capture_output=True, text=True)
                label = pathlib.Path(motion).stem
                if run.returncode != 0:
                    print(f"| {robot} | | | {label} | {run.stderr.strip().splitlines()[-1]} | | | | |")
                    failed += 1
                    continue
                report = json.loads(run.stdout)
                broken = sum(report[f"{kind}_limit_violations"] for kind in ("joint", "velocity", "acceleration"))
                position = " · ".join(f"{1000 * t['position_m']['mean']:.1f} / {1000 * t['position_m']['p95']:.1f}"
                                      for t in report["targets"])
                turn = " · ".join(f"{57.3 * t['orientation_rad']['mean']:.1f} / {57.3 * t['orientation_rad']['p95']:.1f}"
                                  for t in report["targets"])
                arms = " + ".join(str(n) for n in report.get("arm_joints", []))
                print(f"| {robot} | {arms} | {report.get('waist_joints', '')} | {label} "
                      f"| {report['held_steps']} of {report['steps']} | {position} | {turn} | {broken} "
                      f"| {report['self_collision_steps']} |", flush=True)
                failed += broken > 0 or report["self_collision_steps"] > 0 or len(report["targets"]) < 2
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
