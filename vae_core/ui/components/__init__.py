"""Parts of a page that live in the browser, each with its Python, HTML, CSS and JavaScript."""
