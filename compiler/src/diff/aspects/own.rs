//! Work of ours, in the author's words.

use super::Pairs;
use crate::plan::{OwnWork, Plan};

pub(super) fn own(plan: &Plan, own: &OwnWork, pairs: &mut Pairs) {
    match own {
        OwnWork::Register(it) => {
            pairs.put(it.asset.word(), format!("{} ({})", it.name, it.kind.word()));
        }
        OwnWork::Image(it) => {
            let name = plan.image(it.image).reference();
            pairs.put("image", if it.push { name } else { format!("{name} (not pushed)") });
        }
    }
    for (name, text) in own.texts() {
        pairs.put(name, plan.text_words(text));
    }
}
