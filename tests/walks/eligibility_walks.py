"""The same walk in three languages: the first message, the question it gets, the answers, and what the card then says."""

from __future__ import annotations

WALKS = {
    "ja": ("私は対象になりますか？", "マイナンバーカードをお持ちですか", ["持っています", "申し込んでいません", "済みました", "これから"], "最大20,000円相当"),
    "ja-easy": ("わたしは いくら もらえますか", "マイナンバーカードを もって いますか", ["はい", "いいえ", "しました", "しません"], "12,500円ぶんまで"),
    "en": ("How many points can I personally get? Please check.", "Do you have a My Number Card?", ["yes", "never", "done", "I won't"], "up to 12,500 yen"),
}  # fmt: skip
