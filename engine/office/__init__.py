"""The office: people, posts and what they may do."""
