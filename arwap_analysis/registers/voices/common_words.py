"""Words that begin with a capital and name no person: known ones anywhere, common ones where a sentence begins."""

from __future__ import annotations

__all__ = ["CAPITALISED", "OPENERS"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CAPITALISED = _words(
    """
    i i'm i'd i'll i've
    wales welsh cymru cymraeg gymraeg nghymru chymru cymreig gymreig britain british english england scottish scotland
    irish ireland uk eu gb europe european
    asian asiaidd black du ddu white gwyn wyn wen mixed african affricanaidd caribbean arab indian indiaidd pakistani
    bangladeshi chinese tsieineaidd gypsy traveller travellers roma sipsi sipsiwn teithwyr
    muslim muslims islam islamic christian christians christmas hindu hindus sikh sikhs jewish jews buddhist ramadan eid
    diwali mwslimaidd cristnogol nadolig
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december
    llun mawrth mercher iau gwener sadwrn sul ionawr chwefror ebrill mai mehefin gorffennaf awst medi hydref tachwedd
    rhagfyr
    nhs gp a&e gcse gcses tv covid covid-19 government llywodraeth senedd plan cynllun act deddf minister police heddlu
    council cyngor
    """
)
"""Languages, faiths, days, months, peoples of the classifications, and bodies that everybody shares; in small letters.

Peoples that the classifications do not name are left out on purpose: few people belong to them.
"""

OPENERS = _words(
    """
    a about after again all also although always am an and another any anyone anything are as ask at be because been
    before being both but by can can't could couldn't despite did didn't do does doesn't doing don't down during
    each either else even ever every everybody everyone everything few finally first for from get getting go going
    good had hadn't half has hasn't have haven't having he he'd he'll he's her here hers him his how however if in
    instead is isn't it it'd it'll it's its just last later least less like listen look lots made make many maybe me
    more most much must my myself nearly never no nobody none nor not nothing now of often oh on once one only or
    other others our ours out over people perhaps please same she she'd she'll she's should shouldn't simply since
    so some somebody someone something sometimes soon still such take than thank thanks that that's the their theirs
    them then there there's these they they'd they'll they're they've thing things think this those though through
    to today tomorrow too trust try twice under unless until up us use used very was wasn't we we'd we'll we're
    we've well were weren't what what's when whenever where where's whether which while who whoever whole whom whose
    why will with without won't would wouldn't yes yesterday yet you you'd you'll you're you've young your yours
    children friends kids neighbours parents staff teachers workers racism school services work a ac achos aeth ai
    am ambell anaml ar arhosais at beth bob bod bu bydd byddai byth cafodd cefais chi clywais daeth dal dau dim do
    does doedd dw dwedodd dwi dw'i dwy dydy dydw dyna dyw dywedodd ddim ein eich eisiau ef efallai eleni er eraill
    es felly fe fel fi fy ffrindiau gall gallai gallwn gan gofynnais gwelais gwnaeth hanner heb heddiw hi hwn hyd
    hyn hynny i'r llawer mae mae'n maen maen'n mae'r mewn ni nid nhw o oedd oes ond os pa pam pan pawb pe pedwar
    plant pob pobl popeth pryd pwy roedd roeddwn roeddem roeddent rwy rwy'n rwyf rydw rydym rydyn rhaid rhai sut tri
    tair un unwaith wedi wedyn weithiau wrth wyf y ydi ydy yma yn yna yno yr ysgol
    """
)
"""Common words of English and Welsh with which a sentence begins; in small letters."""
