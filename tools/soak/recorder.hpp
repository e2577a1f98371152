// Every fact goes to the ledger and to the journal, in the same order.
#pragma once

#include "tools/soak/journal.hpp"
#include "tools/soak/ledger.hpp"

namespace causeway::soak {

class Recorder {
public:
    // Both outlive this object.
    Recorder(Ledger& ledger, Journal& journal) : ledger_(ledger), journal_(journal) {}

    void record(const Event& event) {
        ledger_.apply(event);
        journal_.add(event);
    }
    void flush() { journal_.flush(); }
    [[nodiscard]] const Ledger& ledger() const { return ledger_; }

private:
    Ledger& ledger_;
    Journal& journal_;
};

}  // namespace causeway::soak
