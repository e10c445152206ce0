//! Between yrs and our nodes: values, and whole fragments read into nodes or written from them.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use yrs::branch::{Branch, BranchPtr};
use yrs::types::{Attrs, TypeRef};
use yrs::{
    Any, BranchID, ID, Number, Out, ReadTxn, Text, TransactionMut, Xml, XmlElementPrelim,
    XmlElementRef, XmlFragment, XmlFragmentRef, XmlOut, XmlTextPrelim, XmlTextRef,
};

use crate::node::{Attributes, Child, Node, Run, push_run};

pub(crate) fn to_value(any: &Any) -> Value {
    match any {
        Any::Null | Any::Undefined => Value::Null,
        Any::Bool(flag) => Value::Bool(*flag),
        Any::Number(Number::Int(n)) => Value::from(*n),
        Any::Number(Number::Float(n)) if n.fract() == 0.0 && n.abs() < 9e15 => {
            Value::from(*n as i64)
        }
        Any::Number(Number::Float(n)) => Value::from(*n),
        Any::String(text) => Value::from(text.as_ref()),
        Any::Buffer(bytes) => Value::from(bytes.to_vec()),
        Any::Array(items) => items.iter().map(to_value).collect(),
        Any::Map(map) => {
            Value::Object(map.iter().map(|(k, v)| (k.clone(), to_value(v))).collect::<Map<_, _>>())
        }
    }
}

pub(crate) fn to_any(value: &Value) -> Any {
    match value {
        Value::Null => Any::Null,
        Value::Bool(flag) => Any::Bool(*flag),
        Value::Number(n) => match n.as_i64() {
            Some(n) => Any::Number(Number::Int(n)),
            None => Any::Number(Number::Float(n.as_f64().unwrap_or_default())),
        },
        Value::String(text) => Any::String(text.as_str().into()),
        Value::Array(items) => Any::Array(items.iter().map(to_any).collect()),
        Value::Object(map) => {
            let map: HashMap<_, _> = map.iter().map(|(k, v)| (k.clone(), to_any(v))).collect();
            Any::Map(Arc::new(map))
        }
    }
}

pub(crate) fn to_attrs(marks: &Attributes) -> Attrs {
    marks.iter().map(|(key, value)| (Arc::from(key.as_str()), to_any(value))).collect()
}

/// The id of a nested type; `None` for a root.
pub(crate) fn id_of(branch: &Branch) -> Option<ID> {
    match branch.id() {
        BranchID::Nested(id) => Some(id),
        BranchID::Root(_) => None,
    }
}

/// The live type created by the item `id`; `None` if it never was one, or is deleted.
pub(crate) fn live_branch<T: ReadTxn>(txn: &T, id: &ID) -> Option<BranchPtr> {
    BranchID::get_nested(txn, id).filter(|branch| !branch.is_deleted())
}

pub(crate) fn element_at<T: ReadTxn>(txn: &T, id: &ID) -> Option<XmlElementRef> {
    live_branch(txn, id)
        .filter(|branch| matches!(branch.type_ref(), TypeRef::XmlElement(_)))
        .map(XmlElementRef::from)
}

pub(crate) fn text_at<T: ReadTxn>(txn: &T, id: &ID) -> Option<XmlTextRef> {
    live_branch(txn, id)
        .filter(|branch| matches!(branch.type_ref(), TypeRef::XmlText))
        .map(XmlTextRef::from)
}

pub(crate) fn read_children<T: ReadTxn>(txn: &T, parent: &impl XmlFragment) -> Vec<Child> {
    let mut children: Vec<Child> = Vec::new();
    for child in parent.children(txn) {
        match child {
            XmlOut::Element(element) => children.push(Child::Element(read_element(txn, &element))),
            XmlOut::Text(text) => {
                let runs = read_text(txn, &text);
                match children.last_mut() {
                    Some(Child::Text(last)) => {
                        runs.iter().for_each(|run| push_run(last, &run.text, &run.marks));
                    }
                    _ if runs.is_empty() => {}
                    _ => children.push(Child::Text(runs)),
                }
            }
            XmlOut::Fragment(_) => {}
        }
    }
    children
}

pub(crate) fn read_element<T: ReadTxn>(txn: &T, element: &XmlElementRef) -> Node {
    let attributes = element
        .attributes(txn)
        .filter_map(|(name, value)| match value {
            Out::Any(any) => Some((name.to_owned(), to_value(&any))),
            _ => None,
        })
        .filter(|(_, value)| !value.is_null())
        .collect();
    let tag = element.try_tag().map(ToString::to_string).unwrap_or_default();
    Node { tag, attributes, children: read_children(txn, element) }
}

pub(crate) fn read_text<T: ReadTxn>(txn: &T, text: &XmlTextRef) -> Vec<Run> {
    let mut runs = Vec::new();
    for piece in text.diff(txn, |_| ()) {
        let Out::Any(Any::String(chunk)) = &piece.insert else { continue };
        let marks: Attributes = piece
            .attributes
            .iter()
            .flat_map(|attributes| attributes.iter())
            .filter(|(_, value)| !matches!(value, Any::Null))
            .map(|(key, value)| (key.to_string(), to_value(value)))
            .collect();
        push_run(&mut runs, chunk, &marks);
    }
    runs
}

/// Writes a child as a new child of `parent`, before what stands at `index`.
pub(crate) fn write_child(
    txn: &mut TransactionMut,
    parent: &impl XmlFragment,
    index: u32,
    child: &Child,
) {
    match child {
        Child::Element(node) => {
            let element = parent.insert(txn, index, XmlElementPrelim::empty(node.tag.as_str()));
            for (name, value) in &node.attributes {
                element.insert_attribute(txn, name.as_str(), to_any(value));
            }
            for (index, child) in (0..).zip(&node.children) {
                write_child(txn, &element, index, child);
            }
        }
        Child::Text(runs) => {
            let text = parent.insert(txn, index, XmlTextPrelim::new(""));
            let mut end = 0;
            for run in runs {
                text.insert_with_attributes(txn, end, &run.text, to_attrs(&run.marks));
                end += crate::node::utf16_len(&run.text);
            }
        }
    }
}

pub(crate) fn root<T: ReadTxn>(txn: &T) -> XmlFragmentRef {
    txn.get_xml_fragment(crate::schema::ROOT)
        .expect("the root fragment is created with the document")
}
