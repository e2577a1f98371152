// A stream means the same however it is cut: whole conversations, cut at every octet, in every version.
#include "tests/stomp/sees.hpp"

namespace causeway::stomp::testing {
namespace {

const std::string kConversations[] = {
    // As stompjs speaks
    "CONNECT\naccept-version:1.2,1.1,1.0\nheart-beat:10000,10000\nAuthorization:Bearer eyJh.bGci.OiJI\n\n\0"
    "SUBSCRIBE\nid:sub-0\ndestination:/user/queue/private-messages\n\n\0"
    "SEND\ndestination:/app/private-message\ncontent-type:application/"
    "json\ncontent-length:13\n\n{\"text\":\"hi\"}\0"
    "\n"
    "UNSUBSCRIBE\nid:sub-0\n\n\0DISCONNECT\nreceipt:close-1\n\n\0"s,
    // As Spring speaks, with CR LF and an EOL behind each frame
    "STOMP\r\naccept-version:1.1\r\nhost:example.org\r\n\r\n\0\r\n"
    "SEND\r\ndestination:/topic/a\r\n\r\nline\r\nline\0\r\nBEGIN\r\ntransaction:1\r\n\r\n\0\n\n\r\n"
    "ACK\r\nid:1\r\ntransaction:1\r\n\r\n\0COMMIT\r\ntransaction:1\r\n\r\n\0"s,
    // Escapes, UTF-8 of all lengths, a body with every awkward octet
    "SEND\nesc\\caped:a\\nb\\\\c\\cd\numl\xc3\xa4ut:\xe4\xb8\xad\xf0\x9f\x98\x80\ncontent-length:12\n\n"
    "\0\n\r\n\0\xff\\n\xf0\x9f\x98\x80\0NACK\nid:x\n\n\0ABORT\ntransaction:\\\\\n\n\0"s,
    // Ends in the middle
    "SEND\ndestination:/topic/a\ncontent-length:100\n\nnot all of it"s,
    "SEND\ndestination:/topic/a\nhalf a hea"s,
    // Fails after a while
    "SEND\n\nfine\0\nSEND\ndestination:/topic/a\nno colon here\n\nlost\0SEND\n\nnever seen\0"s,
    "SEND\ncontent-length:3\n\nfour\0"s,
};

bool is_unfinished(const std::string& conversation) { return conversation.find('\0') == std::string::npos; }

TEST_CASE("a conversation with a client cut at every octet is the same conversation") {
    for (const std::string& conversation : kConversations)
        for (const Version version : kAllVersions)
            CHECK(sees(conversation, version).empty() == is_unfinished(conversation));
}

TEST_CASE("a conversation with a server cut at every octet is the same conversation") {
    const auto conversation =
        "CONNECTED\nversion:1.2\nheart-beat:0,0\nuser-name:a:b\\c\n\n\0\n"
        "RECEIPT\nreceipt-id:1\n\n\0"
        "MESSAGE\nsubscription:0\nmessage-id:1\ndestination:/topic/a\ncontent-length:3\n\n\0\0\0\0\n\n"
        "ERROR\nmessage:bad\n\nwhy\0"s;
    for (const Version version : kAllVersions) {
        const std::string seen = sees(conversation, Setting{version, Peer::kServer});
        CHECK(seen.ends_with("ERROR{message=bad}why"));
    }
}

TEST_CASE("conversations cut at any two octets are the same") {
    for (const std::string& conversation : kConversations) {
        const std::string whole = show(decode(conversation));
        for (std::size_t first = 1; first < conversation.size(); ++first)
            for (std::size_t step = 1; step < 40; step += 3)
                if (show(decode(conversation, {}, first, step)) != whole)
                    FAIL(printable(conversation), first, step);
    }
}

}  // namespace
}  // namespace causeway::stomp::testing
