#include "storage/read/jsonfields.h"

#include <limits>

#include "storage/read/episodejson.h"

namespace understudy {
namespace {

bool isInt64(const nlohmann::json& value)
{
    if (value.is_number_unsigned())
        return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return value.is_number_integer();
}

}  // namespace

JsonFields::JsonFields(const nlohmann::json& object, std::string origin) : m_object(object), m_origin(std::move(origin))
{
    if (!object.is_object()) complain(m_origin + " should be an object");
}

const nlohmann::json* JsonFields::find(const char* field) const
{
    if (m_error) return nullptr;
    const auto found = m_object.find(field);
    return found == m_object.end() || found->is_null() ? nullptr : &*found;
}

void JsonFields::complain(const std::string& problem)
{
    if (!m_error) m_error = Error{problem};
}

void JsonFields::read(const char* field, std::string& value)
{
    const nlohmann::json* found = find(field);
    if (found == nullptr) return;
    if (!found->is_string()) return expect(field, "a text");
    value = found->get<std::string>();
}

void JsonFields::read(const char* field, std::int64_t& value)
{
    const nlohmann::json* found = find(field);
    if (found == nullptr) return;
    if (!isInt64(*found)) return expect(field, "a whole number of 64 bits");
    value = found->get<std::int64_t>();
}

void JsonFields::read(const char* field, int& value)
{
    std::int64_t wide = value;
    read(field, wide);
    if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max())
        return expect(field, "a whole number of 32 bits");
    value = static_cast<int>(wide);
}

void JsonFields::read(const char* field, double& value)
{
    const nlohmann::json* found = find(field);
    if (found == nullptr) return;
    if (!found->is_number()) return expect(field, "a number");
    value = found->get<double>();
}

void JsonFields::read(const char* field, bool& value)
{
    const nlohmann::json* found = find(field);
    if (found == nullptr) return;
    if (!found->is_boolean()) return expect(field, "true or false");
    value = found->get<bool>();
}

void JsonFields::read(const char* field, std::vector<std::string>& value)
{
    const nlohmann::json* found = find(field);
    if (found == nullptr) return;
    if (!found->is_array()) return expect(field, "a list of texts");
    for (const nlohmann::json& element : *found) {
        if (!element.is_string()) return expect(field, "a list of texts");
        value.push_back(element.get<std::string>());
    }
}

void JsonFields::read(const char* field, std::vector<float>& value)
{
    const nlohmann::json* found = find(field);
    if (found == nullptr) return;
    if (!found->is_array()) return expect(field, "a list of numbers");
    for (const nlohmann::json& element : *found) {
        if (!element.is_number()) return expect(field, "a list of numbers");
        value.push_back(element.get<float>());
    }
}

void JsonFields::read(const char* field, std::map<std::string, std::string>& value)
{
    const nlohmann::json* found = find(field);
    if (found == nullptr) return;
    if (!found->is_object()) return expect(field, "an object of texts");
    for (const auto& [key, element] : found->items()) {
        if (!element.is_string()) return expect(field, "an object of texts");
        value[key] = element.get<std::string>();
    }
}

void JsonFields::readObject(const char* field, const std::function<void(JsonFields&)>& each)
{
    const nlohmann::json* found = find(field);
    if (found == nullptr) return;
    JsonFields fields(*found, nameOfField(field));
    if (!fields.error()) each(fields);
    if (fields.error()) m_error = fields.error();
}

void JsonFields::readObjects(const char* field, const std::function<void(JsonFields&)>& each)
{
    const nlohmann::json* found = find(field);
    if (found == nullptr) return;
    if (!found->is_array()) return expect(field, "a list of objects");
    std::size_t index = 0;
    for (const nlohmann::json& element : *found) {
        JsonFields fields(element, nameOfField(field) + "[" + std::to_string(index++) + "]");
        if (!fields.error()) each(fields);
        if (fields.error()) {
            m_error = fields.error();
            return;
        }
    }
}

namespace {

constexpr int kDeepest = 64;

/// Copying and writing documents recurses: one that is nothing but brackets would overflow the stack.
bool nestsTooDeep(std::string_view text)
{
    int depth = 0;
    bool inText = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inText) {
            if (c == '\\') ++i;
            inText = c != '"';
        } else if (c == '"') {
            inText = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kDeepest) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

}  // namespace

Result<nlohmann::json> parseJsonObject(std::string_view text, const std::string& what)
{
    if (text.size() > kEpisodeJsonLimit)
        return fail(what + " has " + std::to_string(text.size()) + " bytes, more than the " +
                    std::to_string(kEpisodeJsonLimit) + " that are read");
    if (nestsTooDeep(text)) return fail(what + " nests more than " + std::to_string(kDeepest) + " deep");
    nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
    if (document.is_discarded()) return fail(what + " is no JSON: it was cut short or changed");
    if (!document.is_object()) return fail(what + " should hold one JSON object");
    return document;
}

std::string dumped(const nlohmann::json& json, int indent)
{
    return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace understudy
