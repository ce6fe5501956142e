//! The look of tables on a terminal: lines between the head, the rows and the end, and none between rows.

use comfy_table::{ContentArrangement, LineStyle, Table, presets};

/// An empty table for a terminal of so many columns, as wide as it needs to be where that is unknown.
pub(crate) fn rows_table(width: Option<u16>) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Dynamic)
        // Colours are decided where the text is printed, and the width by the caller.
        .force_no_tty();
    if let Some(width) = width {
        table.set_width(width);
    }
    table
}
