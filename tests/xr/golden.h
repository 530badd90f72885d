#pragma once

#include <cstddef>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "support/shared.h"

namespace understudy::test {

/// "label|bytes|hex" files of the protocol facts; a label is what stands before its first colon or blank.
class Golden {
public:
    explicit Golden(const std::string& file)
    {
        std::ifstream in(shared("facts/protocols/golden/" + file));
        for (std::string line; std::getline(in, line);) {
            const std::size_t first = line.find('|');
            if (line.starts_with('#') || first == std::string::npos) continue;
            std::istringstream fields(line.substr(first + 1));
            std::string count;
            std::string hex;
            std::getline(fields, count, '|');
            std::getline(fields, hex, '|');
            std::vector<std::byte> bytes;
            for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
                bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
            m_vectors[line.substr(0, line.find_first_of(" :|"))] = bytes;
        }
    }
    [[nodiscard]] bool isMissing() const { return m_vectors.empty(); }
    /// Empty when there is no such label.
    [[nodiscard]] const std::vector<std::byte>& operator[](const std::string& label) const
    {
        static const std::vector<std::byte> kNone;
        const auto found = m_vectors.find(label);
        return found == m_vectors.end() ? kNone : found->second;
    }
    [[nodiscard]] const std::map<std::string, std::vector<std::byte>>& all() const { return m_vectors; }

private:
    std::map<std::string, std::vector<std::byte>> m_vectors;
};

}  // namespace understudy::test
