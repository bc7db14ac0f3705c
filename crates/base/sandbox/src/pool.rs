//! A number of children for many questions.

use crate::child::Child;
use crate::error::ChildError;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::path::PathBuf;

/// How a pool starts its children, and when it replaces them.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// The program of the children.
    pub executable: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Their whole environment.
    pub variables: Vec<(String, String)>,
    /// How many there are at most.
    pub children: usize,
    /// After so many questions a child is replaced.
    pub questions_per_child: u32,
    /// Bytes of the longest line that is read from one.
    pub longest_line: u64,
}

/// Children, each started when it is first needed.
pub struct Pool {
    options: PoolOptions,
    /// A place is empty until it is used, and after its child died.
    free: (Sender<Option<Child>>, Receiver<Option<Child>>),
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Pool")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool without children yet.
    pub fn new(options: PoolOptions) -> Self {
        let places = options.children.max(1);
        let free = bounded(places);
        for _ in 0..places {
            // there is room for each
            let _ = free.0.send(None);
        }
        Self { options, free }
    }

    /// Talks with a child, waiting for one that is free. A child that had other work before and fails is replaced by a
    /// fresh one, and the talk begins again: it may have died of the past. After an error the child is ended.
    ///
    /// # Errors
    /// What the talk, or the start of a child, came to.
    pub fn talk<T>(
        &self,
        mut talk: impl FnMut(&mut Child) -> Result<T, ChildError>,
    ) -> Result<T, ChildError> {
        // waits for a place; the pool lives as long as its caller, so there always comes one
        let mut place = self
            .free
            .1
            .recv()
            .map_err(|_| ChildError::crashed("the pool is closed"))?;
        let said = self.talk_at(&mut place, &mut talk);
        let is_worn_out = place
            .as_ref()
            .is_some_and(|child| child.asked() >= self.options.questions_per_child);
        let _ = self
            .free
            .0
            .send(if said.is_err() || is_worn_out { None } else { place });
        said
    }

    fn talk_at<T>(
        &self,
        place: &mut Option<Child>,
        talk: &mut impl FnMut(&mut Child) -> Result<T, ChildError>,
    ) -> Result<T, ChildError> {
        let is_fresh = place.is_none();
        let child = match place {
            Some(child) => child,
            None => place.insert(self.start()?),
        };
        match talk(child) {
            Err(error) if !is_fresh && error.may_be_of_the_past() => talk(place.insert(self.start()?)),
            said => said,
        }
    }

    fn start(&self) -> Result<Child, ChildError> {
        let options = &self.options;
        Child::start(
            &options.executable,
            &options.arguments,
            &options.variables,
            options.longest_line,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_millis(1500);

    /// A pool of one child that is this line of shell.
    fn shell(line: &str) -> Pool {
        Pool::new(PoolOptions {
            executable: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), line.to_owned()],
            variables: vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
            children: 1,
            questions_per_child: 100,
            longest_line: 1 << 10,
        })
    }

    fn ask(pool: &Pool) -> Result<String, ChildError> {
        pool.talk(|child| {
            child.ask("question\n")?;
            child.answer(PATIENCE)
        })
    }

    #[test]
    fn a_question_may_have_many_answers() {
        let pool = shell("while read line; do echo 1; echo 2; done");
        let said = pool.talk(|child| {
            child.ask("question\n")?;
            Ok((child.answer(PATIENCE)?, child.answer(PATIENCE)?))
        });
        assert_eq!(said.unwrap(), ("1\n".to_owned(), "2\n".to_owned()));
        assert_eq!(ask(&pool).unwrap(), "1\n");
    }

    #[test]
    fn a_silent_child_is_ended_and_replaced() {
        let pool = shell("read line; while :; do sleep 1; done");
        for _ in 0..2 {
            assert!(matches!(ask(&pool), Err(ChildError::Timeout { .. })));
        }
    }

    #[test]
    fn a_child_that_dies_is_told_apart_by_its_last_words() {
        let dies = shell("read line; kill -SEGV $$");
        let starves = shell("read line; echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$");
        for _ in 0..2 {
            assert!(matches!(ask(&dies), Err(ChildError::Crashed { .. })));
            assert!(matches!(ask(&starves), Err(ChildError::Memory)));
        }
    }

    #[test]
    fn a_child_that_ended_between_two_questions_spoils_neither() {
        let pool = shell("read line; echo answer");
        for _ in 0..3 {
            assert_eq!(ask(&pool).unwrap(), "answer\n");
        }
    }

    #[test]
    fn a_worn_out_child_is_replaced() {
        let mut options = shell("read line; echo $$; while read line; do echo $$; done").options;
        options.questions_per_child = 2;
        let pool = Pool::new(options);
        let said: Vec<String> = (0..4).map(|_| ask(&pool).unwrap()).collect();
        assert_eq!(said[0], said[1]);
        assert_ne!(said[1], said[2]);
        assert_eq!(said[2], said[3]);
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let pool = shell("read line; while :; do printf '%01000d' 0; done");
        assert_eq!(ask(&pool).unwrap().len(), 1 << 10);
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let mut options = shell("").options;
        options.executable = "/nowhere/lantai".into();
        assert!(matches!(
            ask(&Pool::new(options)),
            Err(ChildError::NotStarted { .. })
        ));
    }
}
