// Patterns by segment, so that finding those that match a destination costs by its depth, not by
// their number. `*` is one whole segment; a final `**`, `>` or `#` any number, none included.
// A template so that it is tested with plain values; it knows no subscribers. Not thread-safe.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/base/numbers.hpp"
#include "broker/routing/path_syntax.hpp"

namespace causeway::routing {

template <typename Value>
class PatternTree {
public:
    // The value of a well-formed pattern (Pattern::parse); made with Value{} on first use.
    Value& at(std::string_view pattern) {
        std::optional<Value>& slot = slot_of(pattern);
        if (!slot) {
            slot.emplace();
            ++size_;
        }
        return *slot;
    }

    // Removing what is not there is not an error.
    void erase(std::string_view pattern) { erase_below(root_, pattern); }

    // Calls `visit(Value&)` for every pattern that matches, in no particular order.
    template <typename Visit>
    void for_each_match(std::string_view destination, Visit&& visit) const {
        match(root_, destination, visit);
    }

    [[nodiscard]] std::size_t size() const { return size_; }

private:
    struct Node {
        // Keyed by separator and text; "/*" and ".*" are the one-segment wildcards.
        std::unordered_map<std::string, std::unique_ptr<Node>, StringHash, std::equal_to<>> children;
        std::optional<Value> here;
        std::optional<Value> rest_after_slash;
        std::optional<Value> rest_after_dot;

        [[nodiscard]] bool empty() const {
            return children.empty() && !here && !rest_after_slash && !rest_after_dot;
        }
    };

    static bool is_rest(std::string_view segment) { return is_rest_wildcard(segment.substr(1)); }
    static std::optional<Value>& rest_of(Node& node, char separator) {
        return separator == '/' ? node.rest_after_slash : node.rest_after_dot;
    }

    std::optional<Value>& slot_of(std::string_view pattern) {
        Node* node = &root_;
        while (!pattern.empty()) {
            const std::string_view segment = first_segment(pattern);
            pattern.remove_prefix(segment.size());
            if (pattern.empty() && is_rest(segment)) return rest_of(*node, segment[0]);
            std::unique_ptr<Node>& child = node->children[std::string(segment)];
            if (!child) child = std::make_unique<Node>();
            node = child.get();
        }
        return node->here;
    }

    void erase_below(Node& node, std::string_view pattern) {
        if (pattern.empty()) return clear(node.here);
        const std::string_view segment = first_segment(pattern);
        const std::string_view after = pattern.substr(segment.size());
        if (after.empty() && is_rest(segment)) return clear(rest_of(node, segment[0]));
        const auto child = node.children.find(segment);
        if (child == node.children.end()) return;
        erase_below(*child->second, after);
        if (child->second->empty()) node.children.erase(child);
    }

    void clear(std::optional<Value>& slot) {
        if (slot) --size_;
        slot.reset();
    }

    template <typename Visit>
    static void match(const Node& node, std::string_view path, Visit& visit) {
        if (path.empty()) {
            if (node.here) visit(*node.here);
            if (node.rest_after_slash) visit(*node.rest_after_slash);
            if (node.rest_after_dot) visit(*node.rest_after_dot);
            return;
        }
        const std::string_view segment = first_segment(path);
        const std::string_view after = path.substr(segment.size());
        const std::optional<Value>& rest = segment[0] == '/' ? node.rest_after_slash : node.rest_after_dot;
        if (rest) visit(*rest);
        if (node.children.empty()) return;
        if (const auto child = node.children.find(segment); child != node.children.end())
            match(*child->second, after, visit);
        if (const auto any = node.children.find(segment[0] == '/' ? "/*" : ".*"); any != node.children.end())
            match(*any->second, after, visit);
    }

    Node root_;
    std::size_t size_ = 0;
};

}  // namespace causeway::routing
