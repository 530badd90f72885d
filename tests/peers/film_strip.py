#!/usr/bin/env python3
"""Six pictures of a recorded take: the operator as bones, the robot as it was commanded, side by side.

    python3 -m venv /tmp/judge && /tmp/judge/bin/pip install mujoco mcap mcap-ros2-support numpy pillow
    MUJOCO_GL=egl /tmp/judge/bin/python tests/peers/film_strip.py --model MODEL.xml EPISODE/episode.mcap film.png
"""

import argparse
import json

import mujoco
import numpy as np
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
from PIL import Image

# SMPL order: who hangs on whom.
PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]
PICTURES = 6
COLUMNS = 3
GAP = 4
SIZE = (380, 320)


def read(path):
    operator, steps, names = [], [], None
    with open(path, "rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        for _, channel, _, message in reader.iter_decoded_messages(topics=["/operator/motion", "/teleop/step"]):
            if channel.topic == "/teleop/step":
                names = json.loads(channel.metadata["names"])
                steps.append((message.operator_sample.sequence, list(message.command)))
            else:
                body = np.array([[p.position.x, p.position.y, p.position.z] for p in message.body])
                turn = message.body[0].orientation
                operator.append((message.sequence, body, turn))
    return {sequence: (body, turn) for sequence, body, turn in operator}, steps, names


def bone(scene, a, b, radius, colour):
    geom = scene.geoms[scene.ngeom]
    mujoco.mjv_initGeom(geom, mujoco.mjtGeom.mjGEOM_CAPSULE, np.zeros(3), np.zeros(3), np.zeros(9), colour)
    mujoco.mjv_connector(geom, mujoco.mjtGeom.mjGEOM_CAPSULE, radius, a, b)
    scene.ngeom += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("mcap")
    parser.add_argument("image")
    arguments = parser.parse_args()
    operator, steps, names = read(arguments.mcap)
    steps = [step for step in steps if step[0] in operator]

    spec = mujoco.MjSpec.from_file(arguments.model)
    if not any(geom.type == mujoco.mjtGeom.mjGEOM_PLANE for geom in spec.geoms):
        floor = spec.worldbody.add_geom()
        floor.type, floor.size, floor.rgba = mujoco.mjtGeom.mjGEOM_PLANE, [3, 3, 0.1], [0.3, 0.34, 0.4, 1]
    spec.worldbody.add_light(pos=[1, -1, 3], dir=[-0.3, 0.3, -1])
    spec.visual.headlight.ambient = [0.45, 0.45, 0.45]
    spec.visual.global_.offwidth, spec.visual.global_.offheight = 2 * SIZE[0], 2 * SIZE[1]
    model = spec.compile()
    data = mujoco.MjData(model)
    renderer = mujoco.Renderer(model, 2 * SIZE[1], 2 * SIZE[0])
    options = mujoco.MjvOption()
    chosen = [steps[int((k + 0.5) * len(steps) / PICTURES)] for k in range(PICTURES)]
    strip = []
    for sequence, command in chosen:
        for name, value in zip(names, command):
            data.qpos[model.jnt_qposadr[model.joint(name).id]] = value
        mujoco.mj_forward(model, data)
        root = data.xpos[1].copy()
        camera = mujoco.MjvCamera()
        camera.lookat, camera.distance, camera.azimuth, camera.elevation = [root[0], root[1] + 0.47, 0.68], 2.2, 180, -8
        renderer.update_scene(data, camera, options)
        body, turn = operator[sequence]
        # Beside the robot, turned the same way.
        yaw = np.arctan2(2 * (turn.w * turn.z + turn.x * turn.y), 1 - 2 * (turn.y ** 2 + turn.z ** 2))
        back = np.array([[np.cos(yaw), np.sin(yaw), 0], [-np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
        points = (body - np.array([body[0, 0], body[0, 1], body[:, 2].min()])) @ back.T
        points = points * (1.3 / max(np.ptp(points[:, 2]), 0.5)) + np.array([root[0], root[1] + 0.95, 0.03])
        scene = renderer.scene
        for joint, parent in enumerate(PARENTS):
            if parent < 0:
                continue
            left = joint in (16, 18, 20, 22)
            right = joint in (17, 19, 21, 23)
            colour = np.array([0.27, 0.7, 0.94, 1] if left else [0.95, 0.6, 0.25, 1] if right else [0.8, 0.8, 0.82, 1])
            bone(scene, points[parent], points[joint], 0.028, colour)
        strip.append(Image.fromarray(renderer.render()).resize(SIZE, Image.LANCZOS))
    rows = -(-PICTURES // COLUMNS)
    film = Image.new("RGB", (COLUMNS * (SIZE[0] + GAP) - GAP, rows * (SIZE[1] + GAP) - GAP))
    for index, picture in enumerate(strip):
        film.paste(picture, (index % COLUMNS * (SIZE[0] + GAP), index // COLUMNS * (SIZE[1] + GAP)))
    film.quantize(128).save(arguments.image, optimize=True)


if __name__ == "__main__":
    main()
