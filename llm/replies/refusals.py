"""Recognizing a refusal, in English and in the languages that models fall back to.

In English the first person gives a refusal away: a caption has no "I" outside quotation marks. So "I cannot
describe" counts anywhere in the text, while "sorry" and "cannot" alone never do.
"""

import re

from english import sentence_spans
from llm.replies.text import RarePattern, mask_quotations

_TASK_VERB = (
    r"(?:assist|help|describe|provide|create|generate|write|caption|fulfil|comply|process|identify|continue"
    r"|engage|do (?:that|this|so)|analy[sz]e|discuss|support|offer|produce|share|recogni[sz]e|determine"
    r"|complete|answer|respond|participate|interpret|proceed|give|make|depict|comment|view|see|access|tell"
    r"|in good conscience|be of|go into|fully)"
)
_CANNOT = (
    r"(?:can't|cannot|can not|can only|won't(?: be able to)?|will not(?: be able to)?|am (?:not able"
    r"|unable) to|'m (?:not able|unable) to|must not|may not|couldn't|could not|would rather not"
    r"|'d rather not|would prefer not to|prefer not to|do not|don't)"
)
_FIRST_PERSON = (
    rf"\bi(?: |(?='))(?:\w+ly )?{_CANNOT} (?:\w+ly |really |currently )?{_TASK_VERB}",
    r"\bi(?:'m| am) (?:very |so |really |truly )?(?:sorry|afraid)\b",
    r"\bi(?:'m| am) (?:unable|not able|not comfortable|uncomfortable|not allowed|not permitted|not going to"
    r"|not equipped|not programmed|programmed|designed to|only able)\b",
    r"\bi(?:'m| am) (?:just |only )?an? (?:ai|artificial|(?:large )?language|text-based|virtual assistant)\b",
    r"\bi(?:'m| am) going to have to\b|\bi (?:don't|do not) think i\b",
    r"\bi (?:must|have to|need to|will have to|respectfully|politely) (?:respectfully "
    r"|politely )?(?:decline|refuse)",
    r"\bi (?:do not|don't) (?:feel comfortable|have the (?:ability|capability)|engage|think it(?:'s| is"
    r"| would be) appropriate)",
    r"\bi (?:sincerely )?apologi[sz]e\b|\bi (?:decline|refuse) to\b|\bi (?:strive|aim) to\b",
    r"\b(?:i(?:'d| would) be (?:happy|glad)|i can(?: only)?) (?:to )?(?:help|assist|offer)\b",
    r"\bi (?:was|am|have been) (?:designed|trained|programmed|created)\b",
)
_ABOUT_RULES = (
    r"\bas an? (?:responsible |helpful |harmless )?(?:ai|artificial intelligence)(?:,| (?:\w+[ -])?(?:model"
    r"|assistant|system|i\b))",
    r"\bas an? (?:large |text-based |multimodal )*language model\b",
    r"\b(?:against|violat\w+|under|due to|per|breach\w*) (?:\w+ ){0,3}(?:guidelines|policy|policies)\b",
    r"\b(?:my|our|openai's) (?:\w+ ){0,2}(?:guidelines|policy|policies)\b",
    r"\bmy (?:programming|training|safety|ethical|core principles|principles|capabilities)\b",
    r"\b(?:content|request|image|picture|prompt"
    r"|material)\b[^.\n]{0,60}\b(?:violates?|contravenes?|breach(?:es)?|is (?:inappropriate"
    r"|not appropriate)|(?:cannot|can't) be (?:described|captioned|processed|fulfilled))\b",
    r"\b(?:not|in)(?: be)? ?appropriate (?:for me )?to\b",
    r"\b(?:can|may) i (?:help|assist)(?: you)?\b|\bi help you\b",
    r"\b(?:unable|not possible|not able) to (?:describe|provide|caption|comply|assist|fulfil|generate"
    r"|create|process)",
    r"\bcannot (?:provide|generate|assist|fulfil|comply|create) (?:a|an|any|with|this|that|the)\b",
    r"\Asorry[.!]?\Z|\[(?:content|text|description|caption) (?:removed|redacted|omitted|withheld|blocked)",
)
_AT_SENTENCE_START = (
    r"sorry[,.!]? (?:but\b|i\b|i'm\b|this\b|that\b|the (?:image|request|content)|no\b|can't\b|cannot\b)"
    r"|no[,.] i\b",
    r"(?:my |sincere |our )?apologies[,.! ]|unfortunately,|regrettably,|i(?:'m| am) sorry",
    r"i (?:can't|cannot|can not|won't|will not|must decline|have to decline|decline|refuse)[.,!]",
    r"(?:it|that)(?: is|'s) (?:important|essential|crucial) to\b|(?:for|due to) (?:safety|policy|privacy"
    r"|ethical) (?:reasons|concerns)\b",
    r"this (?:request|content|prompt) (?:is|has been|was) (?:blocked|flagged|declined|rejected|filtered"
    r"|not allowed)",
    r"(?:the )?request (?:declined|denied|rejected|blocked|refused)",
)
# How a polite refusal begins, by language: models do not always refuse in the language that was asked for.
_FOREIGN = (
    r"(?:很|非常|十分)?(?:抱歉|遗憾|遺憾)[，,。！我]|对不起[，,。！我]|對不起[，,。！我]|不好意思[，,]",
    r"(?:作为|作為)(?:一个|一個|一名)?[^。\n]{0,8}(?:ai|人工智能|语言模型|語言模型)",
    r"申し訳(?:ありません|ございません|ないです)|すみません(?:が|、)|ごめんなさい[、。が]|恐れ入りますが",
    r"죄송(?:합니다|하지만|해요)|미안하지만|유감스럽게도",
    r"(?:je suis )?d[ée]sol[ée]e?[,. ]|je (?:ne peux pas|ne suis pas en mesure|regrette)|malheureusement,"
    r"|en tant qu(?:e |')(?:ia\b|intelligence|mod[èe]le|assistant)",
    r"(?:es )?tut mir (?:sehr )?leid|entschuldigung,|leider (?:kann|darf|ist es mir|bin)|als (?:ki\b"
    r"|sprachmodell)|ich kann (?:\w+ ){0,6}nicht\b",
    r"lo siento[,.]|lamento\b|lamentablemente,|no puedo (?:ayudar|describir|proporcionar|generar|cumplir"
    r"|crear|ofrecer)|como (?:modelo de lenguaje|una? (?:ia\b|inteligencia))",
    r"sinto muito|desculpe[,.]|infelizmente,|n[ãa]o posso (?:ajudar|descrever|fornecer|gerar|criar)"
    r"|como (?:um )?modelo de linguagem",
    r"mi dispiace[,. ]|purtroppo,|non posso (?:aiutar|descrivere|fornire|generare|creare)|come (?:modello"
    r"|ia\b)",
    r"(?:к сожалению|извините|простите|прошу прощения|мне (?:очень )?жаль)[, ]|я не могу|как (?:ии\b"
    r"|языковая модель)",
    r"het spijt me|sorry, maar|helaas kan|niestety|przepraszam|üzgünüm|maaf,|xin lỗi|tôi không thể|ขออภัย"
    r"|عذر|آسف|लेकिन मैं|क्षमा करें|मुझे खेद",
)
_FOREIGN_ANYWHERE = (
    r"我(?:无法|無法|不能|不便|没有办法)|(?:无法|無法|不能)(?:为您|為您)?(?:提供|描述|协助|協助|满足|滿足|回答|处理|處理)(?:该|此|这|這|您|任何|相关|帮助)",
    r"(?:お(?:手伝い|答え|応え)|(?:説明|描写|提供|生成|作成|対応))(?:する)?(?:こと)?(?:は|が)?(?:でき(?:ません|かねます)|いたしかね)",
    r"(?:도와드릴|제공할|설명할|생성할|답변할|묘사할) 수 (?:는 )?없",
)
_BLIND = (
    r"\bi (?:\w+ )??(?:can't|cannot|can not|don't|do not|am unable to|am not able to"
    r"|currently can't) (?:\w+ly )?(?:see|view|access|have access to|open|receive"
    r"|display)\b[^.\n]{0,30}\b(?:images?|pictures?|photos?|attachments?|files?)\b",
    r"\bi (?:don't|do not) have the (?:ability|capability) to (?:see|view|access|open)\b",
    r"\bi(?:'m| am) (?:unable|not able) to (?:\w+ly )?(?:see|view|access|open"
    r"|display)\b[^.\n]{0,30}\b(?:images?|pictures?|photos?|file)",
    r"\bplease (?:provide|upload|share|attach|send|give me)(?: me)?(?: with)? (?:the|an?|your"
    r"|me) (?:\w+ )?(?:image|picture|photo)",
    r"\b(?:no|any) (?:image|picture|photo)\w* (?:was|were|is|has been|have been|provided|attached"
    r"|in (?:your|the|this) message)\b",
    r"\bi (?:don't|do not) (?:see|have) (?:an?|any|the) (?:image|picture|photo)",
    r"\b(?:image|picture|photo) (?:did not|didn't|failed to|does not seem to have"
    r"|doesn't seem to have) (?:load|upload|come|attach)",
    r"没有(?:看到|收到|提供)(?:任何)?(?:图片|图像)|请(?:提供|上传)(?:一张)?(?:图片|图像)|画像が(?:添付|提供|見え)|画像を(?:アップロード|提供)",
)


# All of these expect lower-case text, which is several times as fast as re.IGNORECASE.
REFUSAL = RarePattern(
    re.compile("|".join((*_FIRST_PERSON, *_ABOUT_RULES, *_FOREIGN_ANYWHERE))),
    (
        *("i ", "i'", "my ", " ai,", " ai ", "artificial", "language model", "guideline", "polic"),
        *("violat", "contraven", "breach", "appropriate", "can't be", "cannot ", "able to", "possible to"),
        *("sorry", "[", "我", "无法", "無法", "不能", "でき", "いたしかね", "수 "),
    ),
)
_REFUSING_SENTENCE = re.compile(rf"\W{{0,3}}(?:{'|'.join((*_AT_SENTENCE_START, *_FOREIGN))})")
NO_PICTURE = RarePattern(
    re.compile("|".join(_BLIND)),
    ("image", "picture", "photo", "attachment", "file", "have the ", "图", "画像"),
)


def refuses(text: str) -> bool:
    """Whether the model refuses, at the beginning or later on; quoted words do not count."""
    said = mask_quotations(text).lower()
    if REFUSAL.matches(said):
        return True
    return any(_REFUSING_SENTENCE.match(said, first, end) for first, end in sentence_spans(said))


def saw_no_picture(text: str) -> bool:
    """Whether the model says that it got no picture."""
    return NO_PICTURE.matches(mask_quotations(text).lower())
