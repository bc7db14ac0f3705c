//! Small documents made by the test.
