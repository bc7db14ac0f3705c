//! Messages of Outlook: as a compound file (MS-OXMSG) and wrapped up for the way (MS-OXTNEF, `winmail.dat`).

mod lzfu;
mod message;
mod property;
mod storage;
mod tnef;

pub(super) use property::code_page_of_locale;

use super::compound::Compound;
use super::{Context, Input, ReadError};

/// Reads a message.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let limit = context.limits().part_bytes;
    if input.head(4)?.as_slice() == tnef::MAGIC {
        let bytes = input.whole(context.limits().document_bytes)?;
        let message = tnef::read(&bytes);
        return message::tell(message, context);
    }
    let mut file = Compound::open(input.reader()?, limit)?;
    let message = storage::read(&mut file)?;
    message::tell(message, context)
}
