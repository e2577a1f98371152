// All tests of this folder in one process, so that one Chromium serves them. Each can be run by itself, too.
import './spec_test.mjs';
import './stompjs_test.mjs';
import './clients_test.mjs';
import './resume_test.mjs';
import './network_test.mjs';
import './demo_test.mjs';
