"""Jobs of one förbund: asked for in its transaction, done in its context, shown on its pages."""
