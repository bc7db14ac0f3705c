//! Institutions and posts: made, renamed, closed.

use super::change::People;
use super::error::PeopleError;
use super::institution::{Institution, InstitutionKind, NewInstitution};
use super::post::NewPost;
use super::words::check_name;
use crate::repository::people_holdings::HoldingRepository;
use crate::repository::people_persons::PersonRepository;
use crate::repository::people_places::{InstitutionRepository, PostRepository};
use lantai_database::Conn;
use lantai_domain::{InstitutionId, PostId};

async fn open_institution(conn: Conn<'_>, id: InstitutionId) -> Result<Institution, PeopleError> {
    let found = InstitutionRepository(conn).find(id).await?;
    match found {
        None => Err(PeopleError::NotFound),
        Some(closed) if closed.closed_at.is_some() => Err(PeopleError::Closed),
        Some(open) => Ok(open),
    }
}

impl People {
    /// Enters an institution, a unit or a department.
    pub async fn enter_institution(&self, new: NewInstitution) -> Result<InstitutionId, PeopleError> {
        let new = new.checked()?;
        let mut change = self.change().await?;
        let parent = match new.parent {
            Some(parent) => Some(open_institution(change.conn(), parent).await?.kind),
            None => None,
        };
        new.kind.stands_under(parent)?;
        let (id, now) = (InstitutionId::new(self.ids.next()), change.now);
        InstitutionRepository(change.conn()).insert(now, id, &new).await?;
        change.commit().await?;
        Ok(id)
    }

    /// Gives an institution another name, or another kind that fits where it stands.
    pub async fn change_institution(
        &self,
        id: InstitutionId,
        kind: InstitutionKind,
        name: &str,
    ) -> Result<(), PeopleError> {
        let name = check_name(name)?;
        let mut change = self.change().await?;
        let found = open_institution(change.conn(), id).await?;
        let parent = match found.parent {
            Some(parent) => InstitutionRepository(change.conn()).find(parent).await?,
            None => None,
        };
        kind.stands_under(parent.map(|parent| parent.kind))?;
        for below in InstitutionRepository(change.conn()).kinds_below(id).await? {
            below.stands_under(Some(kind))?;
        }
        InstitutionRepository(change.conn())
            .change(id, kind, &name)
            .await?;
        change.commit().await
    }

    /// Closes an institution under which nothing stands, in which nobody works and that has no post.
    pub async fn close_institution(&self, id: InstitutionId) -> Result<(), PeopleError> {
        let mut change = self.change().await?;
        let found = open_institution(change.conn(), id).await?;
        let below = InstitutionRepository(change.conn()).kinds_below(id).await?;
        let posts = PostRepository(change.conn()).page(Some(id), None, 1).await?;
        let persons = PersonRepository(change.conn()).count_in(id).await?;
        if found.parent.is_none() || !below.is_empty() || !posts.is_empty() || persons > 0 {
            return Err(PeopleError::InUse);
        }
        let now = change.now;
        InstitutionRepository(change.conn()).close(id, now).await?;
        change.commit().await
    }

    /// Makes a post.
    pub async fn make_post(&self, new: NewPost) -> Result<PostId, PeopleError> {
        let new = new.checked()?;
        let mut change = self.change().await?;
        open_institution(change.conn(), new.institution).await?;
        let (id, now) = (PostId::new(self.ids.next()), change.now);
        PostRepository(change.conn()).insert(now, id, &new).await?;
        change.commit().await?;
        Ok(id)
    }

    /// Closes a post that nobody holds or is to hold.
    pub async fn close_post(&self, id: PostId) -> Result<(), PeopleError> {
        let mut change = self.change().await?;
        let found = PostRepository(change.conn()).find(id).await?;
        if found.ok_or(PeopleError::NotFound)?.closed_at.is_some() {
            return Err(PeopleError::Closed);
        }
        let now = change.now;
        if !HoldingRepository(change.conn())
            .of_post(id, now)
            .await?
            .is_empty()
        {
            return Err(PeopleError::InUse);
        }
        PostRepository(change.conn()).close(id, now).await?;
        change.commit().await
    }
}
