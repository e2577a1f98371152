// The nouns of the command line. Each function adds its part of the tree; the verb that was given sets
// Context::action. Parsing does nothing else, so a command line is judged before anything happens.
#pragma once

#include "tools/causewayctl/context.hpp"

namespace CLI {
class App;
}

namespace causeway::ctl {

// `context` outlives the tree.
void add_status(CLI::App& root, Context& context);
void add_connections(CLI::App& root, Context& context);
void add_tokens(CLI::App& root, Context& context);
void add_publish(CLI::App& root, Context& context);
void add_cursors(CLI::App& root, Context& context);
void add_queues(CLI::App& root, Context& context);
void add_outbox(CLI::App& root, Context& context);
void add_history(CLI::App& root, Context& context);
void add_users(CLI::App& root, Context& context);
void add_store_jobs(CLI::App& root, Context& context);  // backup, verify
void add_health(CLI::App& root, Context& context);
void add_config(CLI::App& root, Context& context);
void add_bench(CLI::App& root, Context& context);
void add_soak(CLI::App& root, Context& context);
void add_conformance(CLI::App& root, Context& context);
void add_docs(CLI::App& root, Context& context);  // hidden

}  // namespace causeway::ctl
