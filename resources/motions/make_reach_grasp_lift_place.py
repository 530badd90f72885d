#!/usr/bin/env python3
"""Writes reach_grasp_lift_place.bvh and .toml: a person who stands at a table, takes a block with the right hand,
lifts it and puts it into a tray.

All hand paths are minimum-jerk between the waypoints below. The waypoints are wrist positions relative to the right
shoulder (x ahead, y left, z up, metres) for an arm of 0.57 m, which is the built-in robot's: its red block lies at
BLOCK, its tray round TRAY, its grasp point GRASP beyond the wrist. Another robot gets them scaled by its arm's length.

Writes beside itself, or into the folder it is given; needs nothing but Python.
"""

import math
import pathlib

RATE = 120
UPPER_ARM = 0.29
FOREARM = 0.28
HAND = 0.18
HIPS_HEIGHT = 0.95

SHOULDER = (0.0, -0.205, 1.34)  # of the built-in robot, world
GRASP = 0.125  # m, wrist to grasp point
BLOCK = (0.40, -0.21, 0.949)
TRAY = (0.42, -0.01, 0.965)
TILT = 55.0  # degrees, the fingers' slope at the block and the tray
APPROACH = 45.0
CARRY = 30.0  # in the air, where the forearm rises and a wrist could not bend that far

READY = ((0.21, -0.05, -0.295), 4.0, 0.0)  # wrist, tilt, turn (degrees)


def at(point, tilt, turn, above=0.0, back=0.0):
    """Waypoint that has the grasp point at a point of the robot's world."""
    ahead = fingers(tilt, turn)
    wrist = [point[i] - (GRASP + back) * ahead[i] - SHOULDER[i] for i in range(3)]
    wrist[2] += above
    return tuple(wrist), tilt, turn


def fingers(tilt, turn):
    t, a = math.radians(tilt), math.radians(turn)
    return (math.cos(t) * math.cos(a), math.cos(t) * math.sin(a), -math.sin(t))


# (start, end, waypoint at the end): rest in between.
MOVES = [
    (2.0, 3.3, at(BLOCK, APPROACH, 0.0, back=0.10)),
    (3.3, 4.0, at(BLOCK, TILT, 0.0)),
    (4.8, 6.2, at(BLOCK, CARRY, 0.0, above=0.13)),
    (6.2, 7.6, at(TRAY, CARRY, 25.0, above=0.11)),
    (7.6, 8.4, at(TRAY, TILT, 25.0)),
    (9.0, 9.6, at(TRAY, APPROACH, 25.0, back=0.11)),
    (9.6, 10.8, READY),
]
PHASES = [("reach", 2.0, 4.0), ("grasp", 4.0, 4.8), ("lift", 4.8, 6.2), ("place", 6.2, 9.0)]
CLOSURE = [(0.0, 0.0), (4.1, 0.0), (4.6, 1.0), (8.5, 1.0), (8.9, 0.0)]
DURATION = 11.0

# name, parent, offset (x left, y up, z ahead: the file's axes), children only by parent
SKELETON = [("Hips", None, (0, 0, 0))]
for side, s in (("Left", 1), ("Right", -1)):
    SKELETON += [
        (side + "UpLeg", "Hips", (s * 0.09, -0.04, 0)),
        (side + "Leg", side + "UpLeg", (0, -0.43, 0)),
        (side + "Foot", side + "Leg", (0, -0.4, 0)),
        (side + "ToeBase", side + "Foot", (0, -0.06, 0.13)),
        (None, side + "ToeBase", (0, 0, 0.06)),
    ]
SKELETON += [
    ("Spine", "Hips", (0, 0.1, 0)),
    ("Spine1", "Spine", (0, 0.12, 0)),
    ("Spine2", "Spine1", (0, 0.12, 0)),
    ("Neck", "Spine2", (0, 0.18, 0)),
    ("Head", "Neck", (0, 0.1, 0)),
    (None, "Head", (0, 0.18, 0)),
]
for side, s in (("Left", 1), ("Right", -1)):
    SKELETON += [
        (side + "Shoulder", "Spine2", (s * 0.03, 0.12, 0)),
        (side + "Arm", side + "Shoulder", (s * 0.15, 0, 0)),
        (side + "ForeArm", side + "Arm", (s * UPPER_ARM, 0, 0)),
        (side + "Hand", side + "ForeArm", (s * FOREARM, 0, 0)),
        (None, side + "Hand", (s * HAND, 0, 0)),
    ]
IDENTITY = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


# Matrices are tuples of rows, x ahead, y left, z up, the T-pose the identity.
def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def cross(a, b):
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def unit(a):
    length = math.sqrt(dot(a, a))
    return tuple(x / length for x in a)


def plus(a, b, scale=1.0):
    return tuple(x + scale * y for x, y in zip(a, b))


def columns(x, y, z):
    return tuple(zip(x, y, z))


def product(a, b):
    return tuple(tuple(sum(a[i][k] * b[k][j] for k in range(3)) for j in range(3)) for i in range(3))


def transposed(a):
    return tuple(zip(*a))


def in_file_axes(m):
    """x left, y up, z ahead."""
    order = (1, 2, 0)
    return tuple(tuple(m[order[i]][order[j]] for j in range(3)) for i in range(3))


def bends_far(name):
    """A forearm turns past 90 degrees about y, which must not be the middle axis then."""
    return name.endswith("ForeArm")


def euler_degrees(m, name):
    if bends_far(name):
        z = math.asin(max(-1.0, min(1.0, m[1][0])))
        angles = (math.atan2(-m[2][0], m[0][0]), z, math.atan2(-m[1][2], m[1][1]))
    else:
        y = math.asin(max(-1.0, min(1.0, -m[2][0])))
        angles = (math.atan2(m[1][0], m[0][0]), y, math.atan2(m[2][1], m[2][2]))
    return tuple(math.degrees(angle) for angle in angles)


def arm(side, wrist, tilt, turn):
    """Orientations of upper arm, forearm and hand (s = +1 left, -1 right) for a wrist relative to its shoulder."""
    distance = math.sqrt(dot(wrist, wrist))
    reach = unit(wrist)
    along = (UPPER_ARM**2 + distance**2 - FOREARM**2) / (2 * distance)
    off = math.sqrt(UPPER_ARM**2 - along**2)
    hint = (-0.15, 0.3 * side, -1.0)  # elbows hang, a little outward
    down = unit(plus(hint, reach, -dot(hint, reach)))
    elbow = plus(tuple(along * x for x in reach), down, off)
    upper = unit(elbow)
    fore = unit(plus(wrist, elbow, -1.0))
    hinge = unit(cross(upper, fore))  # right: +z of the T-pose, left: -z

    ahead = fingers(tilt, turn)
    across = (-math.sin(math.radians(turn)), math.cos(math.radians(turn)), 0.0)  # to the left, level
    thumb = cross(ahead, across)  # up
    hand = columns(thumb, tuple(side * x for x in ahead), cross(thumb, tuple(side * x for x in ahead)))

    y = tuple(side * x for x in upper)
    z = tuple(-side * x for x in hinge)
    upper_frame = columns(cross(y, z), y, z)
    y = tuple(side * x for x in fore)
    x = unit(plus(thumb, fore, -dot(thumb, fore)))  # the forearm turns with the hand
    return upper_frame, columns(x, y, cross(x, y)), hand


def minimum_jerk(t):
    t = max(0.0, min(1.0, t))
    return t**3 * (10 + t * (-15 + 6 * t))


def right_hand(time):
    wrist, tilt, turn = READY
    for start, end, (goal, goal_tilt, goal_turn) in MOVES:
        share = minimum_jerk((time - start) / (end - start))
        wrist = plus(wrist, plus(goal, wrist, -1.0), share)
        tilt += share * (goal_tilt - tilt)
        turn += share * (goal_turn - turn)
    return wrist, tilt, turn


def rotated_y(degrees):
    a = math.radians(degrees)
    return ((math.cos(a), 0, math.sin(a)), (0, 1, 0), (-math.sin(a), 0, math.cos(a)))


def rotated_z(degrees):
    a = math.radians(degrees)
    return ((math.cos(a), -math.sin(a), 0), (math.sin(a), math.cos(a), 0), (0, 0, 1))


def frame(time):
    wrist, tilt, turn = right_hand(time)
    globals_ = {}
    globals_["RightArm"], globals_["RightForeArm"], globals_["RightHand"] = arm(-1, wrist, tilt, turn)
    breath = math.sin(2 * math.pi * time * 3 / DURATION)  # whole periods: the end meets the beginning
    left = (READY[0][0] + 0.002 * breath, -READY[0][1], READY[0][2] + 0.003 * breath)
    globals_["LeftArm"], globals_["LeftForeArm"], globals_["LeftHand"] = arm(+1, left, READY[1], 0.0)

    # The eyes follow the hand.
    goal = plus(plus(wrist, fingers(tilt, turn), GRASP), (0.0, -0.18, -0.2))
    yaw = math.degrees(math.atan2(goal[1], goal[0]))
    pitch = math.degrees(math.atan2(-goal[2], math.hypot(goal[0], goal[1])))
    globals_["Neck"] = rotated_z(0.4 * yaw)
    globals_["Head"] = product(rotated_z(0.8 * yaw), rotated_y(0.7 * pitch))

    sway = 0.003 * math.sin(2 * math.pi * time / DURATION)
    values = [sway, HIPS_HEIGHT, 0.0]
    for name, parent, _ in SKELETON:
        if name is None:
            continue
        while parent and parent not in globals_ and parent != "Hips":
            parent = next(p for n, p, _ in SKELETON if n == parent)
        own = globals_.get(name)
        if own is None:
            values += [0.0, 0.0, 0.0]
            continue
        local = product(transposed(globals_.get(parent, IDENTITY)), own)
        values += euler_degrees(in_file_axes(local), name)
    return values


def number(value):
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def hierarchy(name, depth):
    indent = "\t" * depth
    offset = next(o for n, _, o in SKELETON if n == name)
    root = depth == 0
    lines = [indent + ("ROOT " if root else "JOINT ") + name, indent + "{"]
    lines.append(indent + "\tOFFSET " + " ".join(number(v) for v in offset))
    positions = "6 Xposition Yposition Zposition" if root else "3"
    order = "Yrotation Zrotation Xrotation" if bends_far(name) else "Zrotation Yrotation Xrotation"
    lines.append(indent + "\tCHANNELS " + positions + " " + order)
    for child, parent, child_offset in SKELETON:
        if parent != name:
            continue
        if child:
            lines += hierarchy(child, depth + 1)
        else:
            end = " ".join(number(v) for v in child_offset)
            lines += [indent + "\tEnd Site", indent + "\t{", indent + "\t\tOFFSET " + end, indent + "\t}"]
    return lines + [indent + "}"]


def bvh():
    count = round(DURATION * RATE) + 1
    lines = ["HIERARCHY"] + hierarchy("Hips", 0)
    lines += ["MOTION", f"Frames: {count}", f"Frame Time: {1 / RATE:.6f}"]
    lines += [" ".join(number(v) for v in frame(i / RATE)) for i in range(count)]
    return "\n".join(lines) + "\n"


def toml():
    keys = ", ".join(f"[{time}, {closure}]" for time, closure in CLOSURE)
    text = "# Written by make_reach_grasp_lift_place.py. Seconds of the motion.\n\n"
    text += '[[button]]\nname = "hold_to_drive"\npress = 0.5\n\n'
    text += f'[[trigger]]\nhand = "right"\nkeys = [{keys}]\n'
    for name, start, end in PHASES:
        text += f'\n[[phase]]\nname = "{name}"\nstart = {start}\nend = {end}\n'
    return text


if __name__ == "__main__":
    import sys

    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    (folder / "reach_grasp_lift_place.bvh").write_text(bvh())
    (folder / "reach_grasp_lift_place.toml").write_text(toml())
