import type { Message } from "../texts";
import type { problems as zh } from "../zh-CN/problems";

export const problems: Record<keyof typeof zh, Message> = {
  "problem.filing.twice": "There is a table with this scheme and version: give it another version.",
  "problem.filing.overlap": "Another table holds for the same fonds at the same time: {detail}",
  "problem.filing.row": "Something in the table is wrong: {detail}",
  "problem.filing.changed": "Somebody else changed the tables meanwhile: go back and look again.",
  "problem.filing.import": "The sheet did not arrive whole: choose it again ({detail}).",
  "problem.filing.no_table": "No table holds for this fonds and day: import one first.",
  "problem.filing.reason_missing": "Deciding otherwise than proposed needs a reason.",
  "problem.filing.row_unknown": "The table has no such row: choose another.",
  "problem.catalogue.column_missing": "The sheet lacks its headings: {detail}",
  "problem.catalogue.empty": "The sheet is empty: choose another.",
  "problem.catalogue.workbook_unreadable": "The workbook cannot be opened: save it once more and try again.",
  "problem.catalogue.unknown_kind": "Only CSV and Excel sheets are imported.",
  "problem.catalogue.undecodable":
    "The text cannot be decoded: save it as CSV in UTF-8, or as Excel ({detail}).",
  "problem.intake.exceptions_open": "Files are attached to no record yet; settle them first.",
  "problem.intake.file_unfit": "The file has faults of its own: leave it out, or return the package.",
  "problem.intake.record_unknown": "No record of this package has this code; choose one from the list.",
  "problem.intake.nothing_derived":
    "The name does not show how the code follows from it; take another example.",
  "problem.intake.task_decided": "Somebody decided this before; a decision is final.",
  "problem.intake.reason_needed": "A fault is accepted only with a written reason.",
  "problem.intake.handed_in_elsewhere":
    "This accession was handed in by a command: run the same command again where it was run.",
  "problem.intake.wrong_state": "The accession has gone on: look at it again.",
  "problem.intake.not_returned": "Only a returned accession can be corrected.",
  "problem.intake.fonds_missing": "Name the fonds.",
  "problem.intake.too_much": "More arrived than was announced: upload again.",
  "problem.intake.upload_broke_off": "The upload broke off: send it again.",
  "problem.intake.font_missing":
    "No font for Chinese is installed on the server: have fonts-noto-cjk installed.",
  "problem.quality.same_person": "The two inspectors must be two persons.",
  "problem.quality.received_it": "Whoever received the accession does not inspect it: take another person.",
  "problem.quality.not_assigned": "Other persons were named to inspect this lot.",
  "problem.quality.seats_taken": "All seats of the lot are taken: choose another.",
  "problem.quality.nothing_disputed": "The two inspectors agree on every piece.",
  "problem.quality.incomplete": "Pieces are not marked yet: finish them first.",
  "problem.quality.reason_missing": "A withdrawal needs a reason.",
  "problem.quality.two_inspectors": "Name two inspectors, or none.",
  "problem.quality.lot_empty": "No file is chosen: widen the choice.",
  "problem.quality.sample_too_big": "The sample is too big: divide the lot by code.",
  "problem.quality.inspection_stopped":
    "Five lots of this series were returned under tightened inspection: it has stopped until the process is mended.",
  "problem.quality.wrong_state": "The lot has gone on: look at it again.",
  "problem.quality.changed_meanwhile": "Somebody else changed the lot at the same moment: try again.",
  "problem.quality.accession_not_accepted": "Only an accession in the holdings is inspected.",
  "problem.people.duty_conflict":
    "This person holds, or is to hold, a role that excludes this one. Choose another person, or end the other post first.",
  "problem.people.own_proposal": "Nobody agrees to what they asked for themselves; somebody else does.",
  "problem.people.own_matter": "Nobody decides on their own account or posts; somebody else does.",
  "problem.people.last_administrator":
    "This is the last system, security or audit administrator who can act without an end. Appoint another one first, with an account in use.",
  "problem.people.wrong_state": "It has changed meanwhile; please look again.",
  "problem.people.too_many": "Too many registrations; please try again later.",
  "problem.people.not_reader": "This person is not a reader.",
  "problem.people.not_staff": "This person is not a member of the staff.",
  "problem.people.no_person":
    "Only a person who signed in can do this, neither a program nor the command line.",
  "problem.people.not_found": "Not found; somebody may just have changed it: reload the page.",
  "problem.identity.sign_in_needed": "Please sign in first.",
  "problem.identity.not_allowed": "Your posts do not allow this.",
  "problem.people.name_taken": "Another account has this name; choose another.",
  "problem.people.name": "A name has 1 to 100 letters.",
  "problem.people.account_name":
    "An account's name has letters, digits, dots, hyphens, underscores and @, 64 at most.",
  "problem.people.reason_missing": "Please say why.",
  "problem.people.parent": "An institution of this kind cannot stand here.",
  "problem.people.role_of_no_post": "Readers have their role by registering, not by a post.",
  "problem.people.role_of_no_program": "A program cannot be one of the three administrators.",
  "problem.people.scope":
    "Fonds, categories or actions are not named well; a unit's clerk needs named fonds.",
  "problem.people.validity":
    "The time is wrong: it must end after it begins and not be over; a token lives a year at most.",
  "problem.people.has_account": "This person has an account: one person, one account.",
  "problem.people.held_already": "This person holds this post, or was proposed for it.",
  "problem.people.closed": "This institution or post exists no more.",
  "problem.people.in_use": "Somebody still holds it, or something stands under it.",
};
