//! Laying one rule file over another: an archive, or a profile, writes only what differs.

use toml::Value;

/// Lays `over` over `base`. Tables are merged key by key; lists of tables with an `id` are merged entry by entry, and
/// entries that the base lacks are added at the end; every other value replaces the one below it.
pub(crate) fn lay_over(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Table(base), Value::Table(over)) => {
            for (key, value) in over {
                match base.get_mut(&key) {
                    Some(below) => lay_over(below, value),
                    None => {
                        base.insert(key, value);
                    }
                }
            }
        }
        (Value::Array(base), Value::Array(over)) if has_ids(&over) => {
            for entry in over {
                match base
                    .iter_mut()
                    .find(|below| id_of(below).is_some() && id_of(below) == id_of(&entry))
                {
                    Some(below) => lay_over(below, entry),
                    None => base.push(entry),
                }
            }
        }
        (base, over) => *base = over,
    }
}

fn id_of(value: &Value) -> Option<&str> {
    value.get("id").and_then(Value::as_str)
}

fn has_ids(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(|entry| id_of(entry).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(base: &str, over: &str) -> Value {
        let mut base: Value = toml::from_str(base).unwrap();
        lay_over(&mut base, toml::from_str(over).unwrap());
        base
    }

    #[test]
    fn an_entry_is_found_by_its_id_and_keeps_what_is_not_said() {
        let both = laid(
            "[[check]]\nid = 'A'\nweight = 1\nname = 'first'\n[[check]]\nid = 'B'\n",
            "[[check]]\nid = 'A'\nweight = 2\n[[check]]\nid = 'C'\n",
        );
        let checks = both["check"].as_array().unwrap();
        assert_eq!(checks.len(), 3);
        assert_eq!(checks[0]["weight"].as_integer(), Some(2));
        assert_eq!(checks[0]["name"].as_str(), Some("first"));
        assert_eq!(checks[2]["id"].as_str(), Some("C"));
    }

    #[test]
    fn a_list_of_plain_values_is_replaced() {
        let both = laid(
            "empty = ['a', 'b']\nlimits = { a = 1, b = 2 }",
            "empty = []\nlimits = { b = 3 }",
        );
        assert_eq!(both["empty"].as_array().unwrap().len(), 0);
        assert_eq!(both["limits"]["a"].as_integer(), Some(1));
        assert_eq!(both["limits"]["b"].as_integer(), Some(3));
    }
}
