#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace understudy {

/// Reads the fields of a JSON object that somebody else wrote. A field that is missing keeps its default; the first one
/// of a wrong kind becomes the error, and what follows is not read.
class JsonFields {
public:
    JsonFields(const nlohmann::json& object, std::string origin);

    void read(const char* field, std::string& value);
    void read(const char* field, std::int64_t& value);
    void read(const char* field, int& value);
    void read(const char* field, double& value);
    void read(const char* field, bool& value);
    void read(const char* field, std::vector<std::string>& value);
    void read(const char* field, std::vector<float>& value);
    void read(const char* field, std::map<std::string, std::string>& value);
    template <std::size_t count>
    void read(const char* field, std::array<double, count>& value);
    /// A word that `parse` knows.
    template <typename T>
    void readNamed(const char* field, T& value, Result<T> (*parse)(std::string_view));
    void readObject(const char* field, const std::function<void(JsonFields&)>& each);
    /// An array of objects.
    void readObjects(const char* field, const std::function<void(JsonFields&)>& each);
    /// Makes the first problem an error.
    void complain(const std::string& problem);

    [[nodiscard]] bool has(const char* field) const { return find(field) != nullptr; }
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }

private:
    [[nodiscard]] const nlohmann::json* find(const char* field) const;
    [[nodiscard]] std::string nameOfField(const char* field) const { return m_origin + "." + field; }
    void expect(const char* field, const char* what) { complain(nameOfField(field) + " should be " + what); }

    const nlohmann::json& m_object;
    std::string m_origin;
    std::optional<Error> m_error;
};

/// A whole document: an object of at most kEpisodeJsonLimit bytes.
[[nodiscard]] Result<nlohmann::json> parseJsonObject(std::string_view text, const std::string& what);
/// Bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string dumped(const nlohmann::json& json, int indent);

template <std::size_t count>
void JsonFields::read(const char* field, std::array<double, count>& value)
{
    const nlohmann::json* found = find(field);
    if (found == nullptr) return;
    if (!found->is_array() || found->size() != count)
        return complain(nameOfField(field) + " should be " + std::to_string(count) + " numbers");
    for (std::size_t i = 0; i < count; ++i) {
        if (!(*found)[i].is_number()) return expect(field, "numbers");
        value[i] = (*found)[i].template get<double>();
    }
}

template <typename T>
void JsonFields::readNamed(const char* field, T& value, Result<T> (*parse)(std::string_view))
{
    std::string name;
    read(field, name);
    if (m_error || !has(field)) return;
    const Result<T> parsed = parse(name);
    if (parsed)
        value = *parsed;
    else
        complain(nameOfField(field) + ": " + parsed.error().message);
}

}  // namespace understudy
