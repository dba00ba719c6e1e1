"""Levers on turning to customers: care, calls of campaigns, and what is sold beside the contract."""

from __future__ import annotations

from sim.levers.lever import Evidence, Lever, Move

SELLING: tuple[Lever, ...] = (
    Lever(
        name="care_rounds",
        title="Call or visit customers twice as often",
        group="turning to customers",
        moves=(Move("care.rounds.*.rate.*", multiply=2.0),),
        measure="churn",
        direction="lower",
        account="care",
        cost="each attempt, or the agents' time for whom it reaches",
        lag="as each customer's turn comes, and then at his renewal",
        evidence=Evidence("direction known", "Groenroos (2007) on relationships that are cared for; no size is known"),
        claims=("C13", "C21"),
    ),
    Lever(
        name="follow_up",
        title="Call after every issue that was resolved",
        group="turning to customers",
        moves=(Move("care.follow_up.share", to="100 %"),),
        measure="satisfaction",
        direction="higher",
        account="care",
        cost="each attempt, or the agents' time for whom it reaches",
        lag="the delay of the follow-up",
        evidence=Evidence("direction known", "Groenroos (2007); how much a call is worth is convention"),
        practices=(18,),
        claims=("C12", "C21"),
    ),
    Lever(
        name="outbound_calls",
        title="Call everybody on the lists of campaigns",
        group="turning to customers",
        moves=(Move("outbound.campaigns.*.share", to="100 %"),),
        measure="satisfaction",
        direction="higher",
        account="outbound",
        cost="each call, and the agents' time; those who mind being called",
        lag="from list to list, and as agents get to it",
        evidence=Evidence(
            "convention",
            "the sign hangs on who minds: Ascarza, Iyengar and Schleicher (2016) saw a campaign drive customers away",
        ),
        practices=(17,),
        claims=("C13", "C21"),
    ),
    Lever(
        name="selling",
        title="Offer a product after most contacts that allow it",
        group="selling",
        moves=(Move("sales.products.*.share.*", to="80 %"),),
        measure="ledger.sales",
        direction="higher",
        account="commission",
        cost="commission; the time of the offers; what unwelcome offers do to satisfaction",
        lag="none; in truth the time to learn how",
        evidence=Evidence(
            "direction known", "Armony and Gurvich (2010) for the rule by the queue; acceptance is the firm's own"
        ),
        claims=("C10",),
    ),
    Lever(
        name="commission",
        title="Pay agents three times the commission",
        group="selling",
        moves=(Move("sales.products.*.commission", multiply=3.0),),
        measure="ledger.sales",
        direction="higher",
        account="commission",
        cost="the commission, also of what would have been sold without more; offers that take time and annoy",
        lag="none",
        evidence=Evidence(
            "direction known", "Holmstrom and Milgrom (1991): effort goes where pay can see it; the size is convention"
        ),
        claims=("C10", "C22"),
    ),
    Lever(
        name="cross_selling",
        title="Win customers over to half as many products more a year",
        group="selling",
        moves=(Move("spend.products.*.bought.*", multiply=1.5),),
        measure="ledger.spend",
        direction="higher",
        account="policies",
        cost="what makes them buy: a cost of the policy",
        lag="builds up as products are bought, over years",
        evidence=Evidence(
            "direction known", "Shah and Kumar (2012): it pays in the mean, and some cross-buyers cost money"
        ),
        claims=("C10",),
        running=1_500.0,
    ),
)
