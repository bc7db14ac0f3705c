use super::*;

fn with(profile: &str) -> Result<CheckRules, RulesError> {
    CheckRules::load(&RuleFiles {
        profile: Some(profile),
        ..RuleFiles::default()
    })
}

#[test]
fn the_built_in_rules_name_every_check_of_the_standard_once() {
    let rules = CheckRules::builtin().unwrap();
    let ids: Vec<&str> = rules.checks.iter().map(|rule| rule.id.as_str()).collect();
    let expected = [
        "A-1.1", "A-2.1", "A-2.2", "A-2.3", "A-2.4", "A-2.5", "A-2.6", "A-2.7", "A-3.1", "A-3.2", "A-4.1",
        "A-5.1", "A-5.2", "A-5.3", "I-1.1", "I-1.2", "I-2.1", "I-2.2", "I-2.3", "I-2.4", "I-3.1", "I-3.2",
        "I-3.3", "I-4.1", "I-4.2", "U-1.1", "U-1.2", "U-2.1", "U-2.2", "U-2.3", "U-3.1", "U-4.1", "U-4.2",
        "S-1.1", "S-1.2", "S-2.1", "S-2.2", "S-2.3", "S-2.4", "S-3.1", "S-4.1", "S-4.2", "S-4.3", "S-4.4",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn a_check_weighs_what_the_stage_says() {
    let rules = CheckRules::builtin().unwrap();
    let code = rules.check("A-2.6").unwrap();
    assert_eq!(code.severity(Stage::Filing), Some(Severity::Major));
    assert_eq!(code.severity(Stage::Transfer), Some(Severity::Blocker));
    assert_eq!(code.standard_number(Stage::Transfer), "YJ-1-7");
    assert_eq!(rules.check("I-1.1").unwrap().severity(Stage::Preservation), None);
    assert_eq!(
        rules.weight("A-2.7", "intake.code_twice", Stage::Filing),
        Some(Severity::Blocker)
    );
    assert_eq!(
        rules.weight("A-2.7", "intake.value_twice", Stage::Filing),
        Some(Severity::Warn)
    );
    assert_eq!(rules.weight("A-1.1", "intake.fixity_none", Stage::Filing), None);
}

#[test]
fn a_profile_switches_a_check_off_and_changes_a_weight() {
    let profile = "[profile]\nname = 'mine'\nversion = '7'\n[[check]]\nid = 'A-2.6'\nrun = false\n\
                   [[check]]\nid = 'S-2.1'\ntransfer = 'off'\nfiling = 'blocker'\n";
    let rules = with(profile).unwrap();
    assert_eq!(rules.check("A-2.6").unwrap().severity(Stage::Transfer), None);
    assert!(
        rules
            .finding("A-2.6", "intake.code_invalid", Stage::Transfer)
            .is_none()
    );
    assert_eq!(rules.check("S-2.1").unwrap().severity(Stage::Transfer), None);
    assert_eq!(
        rules.check("S-2.1").unwrap().severity(Stage::Filing),
        Some(Severity::Blocker)
    );
    assert_eq!(
        (rules.profile.name.as_str(), rules.profile.version.as_str()),
        ("mine", "7")
    );
}

#[test]
fn a_profile_that_names_no_check_of_ours_is_refused() {
    let refused = with("[[check]]\nid = 'A-9.9'\nrun = false\n");
    assert!(matches!(refused, Err(RulesError::UnknownCheck(id)) if id == "A-9.9"));
    assert!(with("[[check]]\nid = 'A-2.6'\nseverity = 'minor'\n").is_err());
    assert!(with("thresholds = 3").is_err());
}

#[test]
fn the_profiles_of_the_program_can_be_used() {
    let strict = CheckRules::builtin_profile("strict").unwrap();
    let rules = with(strict).unwrap();
    assert_eq!(
        rules.check("S-1.1").unwrap().severity(Stage::Transfer),
        Some(Severity::Blocker)
    );
    assert!(rules.processes.iter().any(|rule| rule.id == "filed"));
    assert!(CheckRules::builtin_profile("none").is_none());
}

#[test]
fn what_nobody_can_decide_is_a_task_at_transfer_and_a_warning_at_filing() {
    let rules = CheckRules::builtin().unwrap();
    let outcome = |stage| {
        rules
            .question("I-3.2", "intake.attachments_unclear", stage)
            .unwrap()
            .outcome
    };
    assert_eq!(outcome(Stage::Transfer), Outcome::Manual);
    assert_eq!(outcome(Stage::Filing), Outcome::Warn);
}

#[test]
fn a_profile_may_change_elements() {
    let lines = "[[scheme]]\nid = 'documents'\nelements = [{ id = 'title', max_length = 60 }]";
    let rules = with(lines).unwrap();
    let documents = rules.schemes.named("documents").unwrap();
    assert_eq!(documents.element("title").unwrap().max_length, Some(60));
    assert!(with("[[scheme]]\nid = 'documents'\nelements = [{ id = 'title', min = 'x' }]").is_err());
}

#[test]
fn a_category_is_known_by_name_and_by_code() {
    let rules = CheckRules::builtin().unwrap();
    assert_eq!(rules.category_code("文书"), Some("WS"));
    assert_eq!(rules.category_code("ZP"), Some("ZP"));
    assert_eq!(rules.category_code("？"), None);
}
