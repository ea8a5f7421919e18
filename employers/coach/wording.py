"""Words that a reader may take for a limit, or that belong elsewhere. Each pattern is held to
what it must and must not find by tests/employers/test_coach.py."""

import re


def words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


# People whom the place serves are no applicants: “you work with young adults”.
_SERVED = r"(?<!with )(?<!help )(?<!helps )(?<!helping )(?<!teach )(?<!teaches )(?<!teaching )"
_SERVED += r"(?<!serve )(?<!serves )(?<!serving )(?<!coach )(?<!coaching )(?<!mentor )"
_SERVED += r"(?<!mentoring )(?<!support )(?<!supporting )"
_PEOPLE = r"(?:person|people|man|men|wom[ae]n|lady|ladies|guys?|girls?|team|crew|staff|workforce|"
_PEOPLE += r"workers?|applicants?|candidates?|employees?|professionals?|adults?|individuals?|"
_PEOPLE += r"talents?|blood|go-getters?|apprentices?|interns?|trainees?)"

AGE = words(
    rf"{_SERVED}\b(?:young|youthful)(?:,? (?:and )?[a-z]+)?,? {_PEOPLE}\b",
    r"\byoung at heart\b",
    r"\bdigital natives?\b",
    r"\b(?:no|not) older than \d\d\b",
    r"\bmaximum age\b",
    r"\b(?:under|below) (?:the )?age (?:of )?(?:2[5-9]|[3-6]\d)\b",
    r"\b(?:under|below) (?:2[5-9]|[3-6]\d) years (?:old|of age)\b",
    r"\b(?:you are|must be|applicants?|candidates?|workers?)[^.\n]{0,20}\b"
    r"(?:between \d\d and \d\d|(?:ages?|aged) \d\d ?(?:to|-|–) ?\d\d)(?! (?:hours|pounds|lb))",
)

GRADUATES = words(
    r"\brecent (?:high[- ]school |college |university )?grad(?:uate)?s? only\b",
    r"\bonly (?:for |to )?recent (?:high[- ]school |college |university )?grad(?:uate)?s?\b",
    r"\bmust be (?:a )?recent (?:high[- ]school |college |university )?grad(?:uate)?s?\b",
    r"\bclass of 20\d\d only\b",
)

GENDER = words(
    r"\b(?:sales|repair|delivery|drafts|handy) ?m[ae]n\b",
    r"\b(?:waitress|stewardess|seamstress|cleaning lady|girl friday)\b",
    r"(?<!or )(?<!/)\bs?he (?:will|must|should|can|needs|has to|is expected)\b",
    r"\b(?:males?|females?|men|women|gentlem[ae]n|ladies) only\b",
    r"\bonly (?:males?|females?|men|women)\b(?! (?:and|or)\b)",
    r"\bfor a (?:strong|hard-working|hardworking|young) (?:man|guy|woman|girl)\b",
)

NATIVE = words(
    r"\bnative(?:[- ]level)?[- ](?:english|spanish|french|vietnamese|chinese)\b",
    r"\bnative(?:[- ]level)? speakers?\b",
    r"\bwithout (?:an |any )?(?:foreign )?accent\b",
    r"\bno accents?\b",
)

CITIZENS = words(
    r"\b(?:u\.? ?s\.? |american )?citizens only\b",
    r"\bonly (?:u\.? ?s\.? |american )?citizens\b",
    r"\bmust be (?:a |an )?(?:u\.? ?s\.? |american )citizens?\b",
)

ABLE = words(
    r"\bable[- ]bodied\b",
    r"\bphysically fit\b",
    r"\b(?:must be|be) healthy\b",
    r"\b(?:in|of) (?:good|perfect|excellent) health\b",
    r"\b(?:in|of) (?:good|perfect|excellent) physical (?:shape|condition)\b",
    r"\b(?:perfect|normal|excellent|20/20) (?:hearing|vision|eyesight)\b",
    r"\bfree (?:of|from) (?:any )?(?:disabilit(?:y|ies)|illness)\b",
    r"\bno (?:physical |mental )?disabilities\b(?! (?:will|would|is|are|rules?|keeps?))",
)

GPA = words(
    r"(?<!no )(?<!no minimum )(?<!not ask for a )(?<!without a )\bGPA\b",
    r"(?<!no )\bgrade[- ]point average\b",
)

REGISTERED = words(
    r"(?<!not )(?<!not a )(?<!into a )(?<!to a )(?<!into )(?<!yet )"
    r"\b(?:DOL[- ]|federally |state[- ])?registered (?:[a-z]+ ){0,2}apprentice(?:ship)?s?\b",
    r"\bregistered with the (?:u\.?s\.? )?(?:department of labor|DOL)\b",
)

CONTACT = words(
    r"\bhttps?://\S+",
    r"\bwww\.\S+",
    r"[\w.+-]+@[\w-]+\.\w{2,}",
    r"(?<![\w@.])(?!asp\.)[a-z0-9][a-z0-9-]+\.(?:com|org|net|edu|gov)\b",
    r"(?<![\d$.,-])(?:\+?1[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b(?!-)",
)

# 29 CFR 570 subpart E, the orders that postings meet most.
HAZARDS = words(
    r"\broof(?:s|ing|ers?)\b(?! ?top garden)",
    r"\b(?:trench(?:es|ing)?|excavat(?:e|es|ing|ion|ions))\b",
    r"\bdemoli(?:tion|sh|shing)\b",
    r"\b(?:forklifts?|fork lifts?|hoists?|hoisting|cranes?)\b",
    r"\b(?:table|circular|band|chain|panel|radial[- ]arm) ?saws?\b",
    r"\b(?:punch press|press brakes?|power[- ]driven shears?|metal shears?)(?:es)?\b",
    r"\b(?:meat|deli) slicers?\b",
    r"\b(?:trash|paper|cardboard) (?:compactors?|balers?)\b",
    r"\b(?:explosives?|blasting|sawmills?|logging crew)\b",
    r"\bdrive (?:the |a |our |company )?(?:[a-z]+ )?(?:trucks?|vans?|vehicles?)\b",
)

DRIVING = words(
    r"\bdriv(?:e|es|er|ers|ing)\b(?! licen[cs]e)",
    r"\b(?:trucks?|vans?|vehicles?|cars?|routes?|deliver(?:y|ies|s|ing)?|in the field)\b",
    r"\bcrews? (?:leaves?|travels?)\b",
    r"\bout to (?:a |the |each )?(?:sites?|jobs?|homes?|customers?)\b",
    r"\b(?:site|job|house|home|customer)s? to (?:site|job|house|home|customer)s?\b",
    r"\b(?:between|visit|travel to) (?:[a-z]+ )?(?:sites|jobs|homes|customers|clients|locations)\b",
)

SELLING = words(
    r"!",
    r"\$ ?\d",
    r"\b\d+(?:\.\d\d)? ?(?:/|an|per) ?h(?:ou)?r\b",
    r"\b(?:now hiring|hiring now|urgent(?:ly)?|immediate(?:ly)?|apply (?:now|today))\b",
)

SCHOOL = words(
    r"\bgrades? (?:[1-9]|1[0-2])\b",
    r"\b\d{1,2}(?:st|nd|rd|th)[- ]grade",
    r"\b(?:middle|high)[- ]school",
    r"\bK-?12\b",
)

# Words of a title that say the kind of place, not the work.
NAMELESS = set(
    "intern interns internship apprentice apprentices apprenticeship pre preapprenticeship "
    "preapprentice trainee trainees training program job jobs position opportunity opportunities "
    "opening student students summer fall winter spring paid unpaid mentor mentoring mentorship "
    "shadow shadowing visit day co op coop entry level new general full part time work worker "
    "helper learner learners place on the a an for of at our with and to in needed wanted help "
    "registered youth great".split()
)
