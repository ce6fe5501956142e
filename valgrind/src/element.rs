//! The children of the document's root, one at a time, each as a small tree of names and texts.
//! Whatever is cut off in the middle does not appear.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// An element: its name, its text without the blanks around it, and its children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of this name.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// All children of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// What a document holds: its root's name, the root's complete children, and why it stopped early.
pub(crate) struct Document {
    pub(crate) root: Option<String>,
    pub(crate) children: Vec<Element>,
    /// Absent when the root was closed.
    pub(crate) cut: Option<String>,
}

/// Reads as far as the text goes.
pub(crate) fn read(text: &str) -> Document {
    let mut document = Document {
        root: None,
        children: Vec::new(),
        cut: None,
    };
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                document.cut = Some(error.to_string());
                return document;
            }
        };
        match event {
            Event::Start(start) => {
                let name = name_of(start.name().as_ref());
                if document.root.is_none() {
                    document.root = Some(name);
                } else {
                    open.push(Element {
                        name,
                        ..Element::default()
                    });
                }
            }
            Event::Empty(start) => {
                let name = name_of(start.name().as_ref());
                let element = Element {
                    name,
                    ..Element::default()
                };
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => document.children.push(element),
                }
            }
            // The reader has checked that it is the right one.
            Event::End(_) => match open.pop() {
                Some(mut element) => {
                    element.text.truncate(element.text.trim_end().len());
                    element
                        .text
                        .drain(..element.text.len() - element.text.trim_start().len());
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => document.children.push(element),
                    }
                }
                None => return document,
            },
            Event::Text(text) => append(&mut open, &text.xml10_content()),
            Event::CData(data) => append(&mut open, &data.xml10_content()),
            Event::GeneralRef(reference) => {
                if let Ok(Some(character)) = reference.resolve_char_ref() {
                    append(&mut open, character.encode_utf8(&mut [0; 4]));
                } else if let Some(text) = resolve_predefined_entity(&reference.xml10_content()) {
                    append(&mut open, text);
                }
            }
            Event::Eof => {
                document.cut = Some("the file ends in the middle".to_owned());
                return document;
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn name_of(name: &str) -> String {
    name.to_owned()
}
