//! A program as a person would write it: near enough to JavaScript to be typed in.

use super::program::{Change, End, Func, Kind, Op, Program, Ref, Val};

/// A line for each operation.
pub(super) fn program(program: &Program) -> String {
    program
        .ops
        .iter()
        .enumerate()
        .map(|(index, one)| format!("{index:>2}  {}", op(one)))
        .collect::<Vec<_>>()
        .join("\n")
}

fn op(op: &Op) -> String {
    let kept = |keep: &Option<Ref>| keep.map_or(String::new(), |keep| format!("{} = ", slot(keep)));
    match op {
        Op::Open { keep, plain, args } => {
            let new = if *plain { "" } else { "new " };
            format!("{}{new}DatabaseSync({})", kept(keep), list(args))
        }
        Op::Subclass { keep, args } => {
            format!(
                "{}new (class Sub extends DatabaseSync {{}})({})",
                kept(keep),
                list(args)
            )
        }
        Op::Construct { on, args } => format!("new {}.constructor({})", slot(*on), list(args)),
        Op::Call {
            on,
            method,
            args,
            keep,
        } => format!(
            "{}{}{}({})",
            kept(keep),
            slot(*on),
            member(method),
            list(args)
        ),
        Op::Borrow {
            from,
            method,
            receiver,
            args,
        } => {
            let more = if args.is_empty() {
                String::new()
            } else {
                format!(", {}", list(args))
            };
            format!(
                "{}{}.call({}{more})",
                slot(*from),
                member(method),
                value(receiver)
            )
        }
        Op::Get { on, name } => format!("{}{}", slot(*on), member(name)),
        Op::Set {
            on,
            name,
            value: new,
        } => format!("{}{} = {}", slot(*on), member(name), value(new)),
        Op::Delete { on, name } => format!("delete {}{}", slot(*on), member(name)),
        Op::Limit { on, name, change } => {
            let limit = format!("{}.limits{}", slot(*on), member(name));
            match change {
                Change::Read => limit,
                Change::Set(new) => format!("{limit} = {}", value(new)),
                Change::Delete => format!("delete {limit}"),
                Change::Keys => format!("Object.entries({}.limits)", slot(*on)),
            }
        }
        Op::Describe { on } => format!("anatomy of {}", slot(*on)),
        Op::Each {
            on,
            most,
            ops,
            leave,
        } => format!(
            "for (const row of {}) {{ {}/* {leave:?} after {most} */ }}",
            slot(*on),
            body(ops)
        ),
        Op::Collect { on, how } => format!("all of {}, by {how:?}", slot(*on)),
        Op::Tag {
            on,
            method,
            strings,
            values,
            keep,
        } => {
            let strings: Vec<String> = strings.iter().map(|text| quoted(text)).collect();
            let more = if values.is_empty() {
                String::new()
            } else {
                format!(", {}", list(values))
            };
            format!(
                "{}{}.{method}([{}]{more})",
                kept(keep),
                slot(*on),
                strings.join(", ")
            )
        }
        Op::Backup { args, keep } => format!("{}backup({})", kept(keep), list(args)),
        Op::Settle { on } => format!("await {}", slot(*on)),
        Op::CollectGarbage {} => "gc()".to_owned(),
        Op::Listen { func } => format!("subscribe('sqlite.db.query', {})", function(func)),
        Op::Unlisten {} => "unsubscribe all".to_owned(),
        Op::Exports {} => "exports and constants".to_owned(),
    }
}

fn slot(slot: Ref) -> String {
    let name = match slot.kind {
        Kind::Db => "db",
        Kind::Stmt => "stmt",
        Kind::Iter => "iter",
        Kind::Session => "session",
        Kind::Store => "store",
        Kind::Bytes => "bytes",
        Kind::Promise => "promise",
        Kind::Value => "value",
    };
    format!("{name}{}", slot.at)
}

fn member(name: &str) -> String {
    match name.strip_prefix('@') {
        Some(symbol) => format!("[Symbol.{symbol}]"),
        None if name.chars().all(char::is_alphanumeric) && !name.is_empty() => format!(".{name}"),
        None => format!("[{}]", quoted(name)),
    }
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(400).collect();
    let dots = if short.len() < text.len() { " …" } else { "" };
    serde_json::to_string(&format!("{short}{dots}")).expect("a text is plain data")
}

fn list(values: &[Val]) -> String {
    values.iter().map(value).collect::<Vec<_>>().join(", ")
}

fn object(entries: &[(String, Val)]) -> String {
    let entry = |(key, inner): &(String, Val)| match inner {
        Val::Getter(func) => format!(
            "get {}() {{ {}{} }}",
            quoted(key),
            body(&func.ops),
            end(&func.end)
        ),
        inner => format!("{}: {}", quoted(key), value(inner)),
    };
    format!(
        "{{ {} }}",
        entries.iter().map(entry).collect::<Vec<_>>().join(", ")
    )
}

fn value(value_: &Val) -> String {
    match value_ {
        Val::Undefined => "undefined".to_owned(),
        Val::Null => "null".to_owned(),
        Val::Date => "new Date(0)".to_owned(),
        Val::Regexp => "/x/g".to_owned(),
        Val::Map => "new Map([['a', 1]])".to_owned(),
        Val::Set => "new Set([1])".to_owned(),
        Val::Promise => "Promise.resolve(1)".to_owned(),
        Val::Boxed => "Object('boxed')".to_owned(),
        Val::Holes => "[, 1]".to_owned(),
        Val::ThrowingProxy => {
            "new Proxy({}, { get() { throw new Error('from the proxy') } })".to_owned()
        }
        Val::Bool(flag) => flag.to_string(),
        Val::Num(text) => text.clone(),
        Val::Big(text) => format!("{text}n"),
        Val::Str(text) => quoted(text),
        Val::Units(units) => format!("String.fromCharCode({units:?})"),
        Val::Long { unit, times } => format!("{}.repeat({times})", quoted(unit)),
        Val::Bytes { kind, data } => format!("{kind}({data:?})"),
        Val::Sym(name) => format!("Symbol({})", quoted(name)),
        Val::Error {
            name,
            message,
            code,
        } => match code {
            Some(code) => format!("new {name}({}) with code {code}", quoted(message)),
            None => format!("new {name}({})", quoted(message)),
        },
        Val::Obj(entries) => object(entries),
        Val::Bare(entries) => format!("{{ __proto__: null, ...{} }}", object(entries)),
        Val::Getter(func) => format!("getter {}", function(func)),
        Val::Arr(items) => format!("[{}]", list(items)),
        Val::Func(func) => function(func),
        Val::Of(at) => slot(*at),
        Val::Constant(name) => format!("constants.{name}"),
        Val::Class(name) => name.clone(),
        Val::Path(name) => format!("tmp({})", quoted(name)),
        Val::PathBytes(name) => format!("Buffer.from(tmp({}))", quoted(name)),
        Val::Url(name) => format!("pathToFileURL(tmp({}))", quoted(name)),
        Val::Uri { name, query } => format!("`file:${{tmp({})}}?{query}`", quoted(name)),
    }
}

fn body(ops: &[Op]) -> String {
    let parts: Vec<String> = ops.iter().map(|one| op(one) + "; ").collect();
    parts.concat()
}

/// Parameters are as many as the function's `length`.
fn function(func: &Func) -> String {
    let params: Vec<String> = (0..func.arity.min(6)).map(|at| format!("a{at}")).collect();
    format!(
        "function f{}({}) {{ {}{} }}",
        func.id,
        params.join(", "),
        body(&func.ops),
        end(&func.end)
    )
}

fn end(how: &End) -> String {
    match how {
        End::Sum => "return sum(arguments)".to_owned(),
        End::Join => "return join(arguments)".to_owned(),
        End::Count => "return calls++".to_owned(),
        End::List => "return [...(a0 ?? []), ...rest]".to_owned(),
        End::Args => "return [...arguments]".to_owned(),
        End::Itself => "return a function".to_owned(),
        End::Arg(at) => format!("return arguments[{at}]"),
        End::Returns(inner) => format!("return {}", value(inner)),
        End::Throws(inner) => format!("throw {}", value(inner)),
        End::Promise(inner) => format!("return Promise.resolve({})", value(inner)),
        End::Cycle(ends) => {
            let ends: Vec<String> = ends.iter().map(end).collect();
            format!("/* in turn: */ {}", ends.join(" | "))
        }
    }
}
