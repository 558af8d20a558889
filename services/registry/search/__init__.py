"""Search of people: by name in characters or pinyin, by number, by address, within the place of who asks."""
