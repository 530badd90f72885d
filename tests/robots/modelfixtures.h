#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace understudy::test {

inline void writeText(const std::filesystem::path& file, const std::string& text)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

/// Binary STL of a box with corners at ±half; `claimed` replaces the true count of triangles in its head.
inline void writeStl(const std::filesystem::path& file, float half, std::uint32_t claimed = 12)
{
    const auto corner = [&](int i) {
        return std::vector<float>{(i & 1) != 0 ? half : -half, (i & 2) != 0 ? half : -half,
                                  (i & 4) != 0 ? half : -half};
    };
    const std::vector<int> faces{0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4,
                                 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5};
    std::string bytes(80, ' ');
    const auto append = [&](const void* data, std::size_t size) { bytes.append(static_cast<const char*>(data), size); };
    append(&claimed, 4);
    for (std::size_t f = 0; f < faces.size(); f += 3) {
        const std::vector<float> normal(3, 0);
        append(normal.data(), 12);
        for (std::size_t k = 0; k < 3; ++k) append(corner(faces[f + k]).data(), 12);
        append("\0\0", 2);
    }
    writeText(file, bytes);
}

/// A tetrahedron in COLLADA, z up, metres.
inline void writeDae(const std::filesystem::path& file)
{
    writeText(file, R"(<?xml version="1.0"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset><unit meter="1" name="meter"/><up_axis>Z_UP</up_axis></asset>
<library_geometries><geometry id="g"><mesh>
<source id="p"><float_array id="pa" count="12">0 0 0 0.2 0 0 0 0.1 0 0 0 0.4</float_array>
<technique_common><accessor source="#pa" count="4" stride="3"><param name="X" type="float"/><param name="Y" type="float"/><param name="Z" type="float"/></accessor></technique_common></source>
<vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
<triangles count="4"><input semantic="VERTEX" source="#v" offset="0"/><p>0 2 1 0 1 3 1 2 3 2 0 3</p></triangles>
</mesh></geometry></library_geometries>
<library_visual_scenes><visual_scene id="s"><node id="n"><instance_geometry url="#g"/></node></visual_scene></library_visual_scenes>
<scene><instance_visual_scene url="#s"/></scene></COLLADA>)");
}

inline std::string inertial(double mass = 1)
{
    return "<inertial><mass value=\"" + std::to_string(mass) +
           "\"/><inertia ixx=\"0.01\" iyy=\"0.01\" izz=\"0.01\" ixy=\"0\" ixz=\"0\" iyz=\"0\"/></inertial>";
}

/// A vendor-like package: arm_description/urdf/arm.urdf with package:// names, a mesh folder named twice, a .dae, a
/// missing velocity limit, a mimic and a fixed tool link. Returns the URDF.
inline std::filesystem::path writeArmPackage(const std::filesystem::path& folder)
{
    const std::filesystem::path package = folder / "arm_description";
    writeStl(package / "meshes/visual/link.STL", 0.05F);
    writeStl(package / "meshes/collision/link.STL", 0.06F);
    writeDae(package / "meshes/visual/tool.dae");
    std::string text =
        "<robot name=\"test_arm\"><mujoco><compiler meshdir=\"../meshes\"/></mujoco><link name=\"base\">" +
        inertial(5) +
        "<visual><geometry><mesh filename=\"package://arm_description/meshes/visual/link.STL\"/></geometry>"
        "</visual></link>";
    std::string parent = "base";
    for (int i = 1; i <= 6; ++i) {
        const std::string link = "link" + std::to_string(i);
        text +=
            "<link name=\"" + link + "\">" + inertial(0.5) +
            "<visual><geometry><mesh filename=\"meshes/visual/link.STL\"/></geometry></visual>"
            "<collision><geometry><mesh filename=\"package://arm_description/meshes/collision/link.STL\"/></geometry>"
            "</collision></link><joint name=\"joint" +
            std::to_string(i) + "\" type=\"revolute\"><origin xyz=\"0 0 0.2\"/><parent link=\"" + parent +
            "\"/><child link=\"" + link + "\"/><axis xyz=\"" + (i % 2 == 0 ? "0 1 0" : "0 0 1") +
            "\"/><limit lower=\"-2\" upper=\"2\" effort=\"" + std::to_string(10 * i) + "\"" +
            (i == 3 ? "" : " velocity=\"1.5\"") + "/></joint>";
        parent = link;
    }
    text +=
        "<link name=\"tool\">" + inertial(0.1) +
        "<visual><geometry><mesh filename=\"package://arm_description/meshes/visual/tool.dae\"/></geometry></visual>"
        "</link><joint name=\"tool_fixed\" type=\"fixed\"><parent link=\"link6\"/><child link=\"tool\"/></joint>"
        "<link name=\"finger\">" +
        inertial(0.1) +
        "</link><joint name=\"finger_joint\" type=\"prismatic\"><parent link=\"tool\"/><child link=\"finger\"/>"
        "<axis xyz=\"0 1 0\"/><limit lower=\"0\" upper=\"0.04\" effort=\"20\" velocity=\"0.2\"/></joint>"
        "<link name=\"finger2\">" +
        inertial(0.1) +
        "</link><joint name=\"finger2_joint\" type=\"prismatic\"><parent link=\"tool\"/><child link=\"finger2\"/>"
        "<axis xyz=\"0 -1 0\"/><limit lower=\"0\" upper=\"0.08\" effort=\"20\"/><mimic joint=\"finger_joint\" "
        "multiplier=\"2\"/></joint></robot>";
    const std::filesystem::path file = package / "urdf/arm.urdf";
    writeText(file, text);
    return file;
}

/// A chain of hinges, each a body with a capsule.
inline std::string chainMjcf(int joints)
{
    std::string open, close;
    for (int i = 0; i < joints; ++i) {
        open += "<body name=\"b" + std::to_string(i) + "\" pos=\"0 0 0.05\"><joint name=\"j" + std::to_string(i) +
                "\" axis=\"0 1 0\" range=\"-1 1\"/><geom type=\"capsule\" fromto=\"0 0 0 0 0 0.05\" size=\"0.01\" "
                "contype=\"0\" "
                "conaffinity=\"0\"/>";
        close += "</body>";
    }
    return "<mujoco model=\"chain\"><compiler angle=\"radian\" autolimits=\"true\"/><worldbody>" + open + close +
           "</worldbody></mujoco>";
}

}  // namespace understudy::test
