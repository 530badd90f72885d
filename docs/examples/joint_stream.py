"""A home-made exoskeleton in twenty lines: reads its joints, sends them to the studio 100 times a second.

    python3 joint_stream.py STUDIO_ADDRESS [PORT]
"""
import math
import socket
import sys
import time

studio = (sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 14551)
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def read_joints(now):
    """Here your encoders are read: name and position in rad (m for sliding joints)."""
    return {"left_elbow": 0.5 + 0.4 * math.sin(now), "right_elbow": 0.5 - 0.4 * math.sin(now)}


while True:
    now = time.monotonic()
    joints = " ".join(f"{name}={position:.6f}" for name, position in read_joints(now).items())
    pedal = "+hold_to_drive" if now % 10 < 8 else ""
    out.sendto(f"joints/1 exo {now:.6f} {joints} {pedal}".encode(), studio)
    time.sleep(0.01)
