"""Abbreviations whose full stop seldom ends a sentence, in the languages the service meets most."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words(
    """
    dr mr mrs ms prof gen sen rep gov lt col st ste rev hon capt cpt sgt cpl maj adm pres msgr mt ft amb supt insp cmdr
    messrs mx pvt sec ald atty hr fr dipl ing mag univ bzw vgl bspw sog abb ggf evtl inkl zzgl bzgl mme mlle mmes
    sra srta dña dn excmo ilmo pág págs env cf vs viz approx ca esp ed eds resp incl dept figs
    eqs refs chap vols pp nr nrn jhd geb gest e.g i.e z.b d.h u.a p.ex p.e o.ä v.chr n.chr u.u s.o ee
    """
)
"""What follows belongs to them: never the end of a sentence."""

BEFORE_NUMBERS = _words(
    """
    no nos p pp vol ch sec art arts fig nr § pg col para cap abs bd s kap núm pág n° tel ext bl v op max min ref eq tab
    jan feb mar apr jun jul aug sep sept oct nov dec b d r m c ca fl
    """
)
"""Never the end of a sentence where a number follows."""

MAY_END = _words("inc ltd co corp bros etc et al usw usf uu ff mio mrd sq oz lb lbs hrs govt ph.d")
"""The end of a sentence only where the next word is one that often begins one."""

MAY_END_CAPITALISED = _words(
    """
    Jr Sr LLC Plc Esq Ave Blvd Rd Dist Assn Bldg Dep Str Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec
    Mass Calif Conn Wash Penn Fla Ariz Colo Ill Mich Minn Miss Tenn Tex Va Md Ga Ala Ark Ind Mo Ky Pa Okla Ore
    """
)
"""Likewise, but words of their own when they are not capitalised."""

STARTERS = _words(
    """
    the a an it its he his she her they their there this that these those we our i you in on at by for from with as
    but and or so if when while after before since although though because however what who why where how which many
    most some all not one two three then now thus today yesterday another both each other such according during under
    until
    """
)
"""English words that often begin a sentence, and are seldom part of a name."""

FOREIGN_STARTERS = _words(
    """
    der die das den dem ein eine er sie es im am in mit von und aber doch auch als nach seit bei zu wir ich
    le la les un une des il elle ils elles ce cette ces dans en au aux mais et pour sur avec après depuis nous
    el los las una uno unos ella ellos este esta estos estas pero y para con por desde según se lo su sus
    """
)
"""The same in German, French and Spanish; after an initial they are part of a name ("Ursula K. Le Guin")."""

AFTER_ORDINAL = _words(
    """
    januar februar märz april mai juni juli august september oktober november dezember jänner jahrhundert jahrhunderts
    jahrtausend auflage klasse weltkrieg weltkriegs geburtstag platz kapitel stock
    """
)
"""German words after which a number with a full stop is an ordinal: "3. Mai", "im 19. Jahrhundert"."""
