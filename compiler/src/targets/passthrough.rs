//! Keys that are written as the author has them.

use crate::emit::{Doc, Map};
use crate::plan::{Data, Scalar};

/// Adds the keys, each marked.
pub(super) fn put(map: &mut Map, keys: &[(String, Data)]) {
    for (key, value) in keys {
        map.put_below("passthrough", key.clone(), doc(value));
    }
}

/// A value as it is.
pub(super) fn doc(data: &Data) -> Doc {
    match data {
        Data::Null => Doc::Null,
        Data::Scalar(Scalar::Text(text)) => Doc::Text(text.clone()),
        Data::Scalar(Scalar::Integer(number)) => Doc::Integer(*number),
        Data::Scalar(Scalar::Number(number)) => Doc::Number(number.clone()),
        Data::Scalar(Scalar::Boolean(value)) => Doc::Bool(*value),
        Data::List(items) => Doc::List(items.iter().map(doc).collect()),
        Data::Map(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                map.put(key.clone(), doc(value));
            }
            Doc::Map(map)
        }
    }
}
