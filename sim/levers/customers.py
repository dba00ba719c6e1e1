"""Levers on price, on winning and keeping customers and on what makes them call; and on overheads."""

from __future__ import annotations

from sim.levers.lever import Evidence, Lever, Move

CUSTOMERS: tuple[Lever, ...] = (
    Lever(
        name="fee",
        title="Raise the fee by a tenth",
        group="price and money",
        moves=(Move("pricing.fee.*", multiply=1.1),),
        measure="churn",
        direction="higher",
        account="fees",
        cost="none to make; customers who leave take their fees with them",
        lag="at each customer's renewal; the sense of loss fades as the new fee becomes the usual one",
        evidence=Evidence(
            "direction known", "Neumann and Boeckenholt (2014); Genakos, Roumanias and Valletti (2015); Dawes (2009)"
        ),
        claims=("C2",),
    ),
    Lever(
        name="overheads",
        title="Cut overheads by a tenth",
        group="price and money",
        moves=(Move("economics.overheads.*", multiply=0.9),),
        measure="profit",
        direction="higher",
        account="overheads",
        cost="none that the model knows; what the overheads paid for is not modelled",
        lag="none",
        evidence=Evidence("established", "arithmetic"),
        claims=("C3",),
    ),
    Lever(
        name="advertising",
        title="Advertise twice as much",
        group="winning customers",
        moves=(Move("acquisition.advertising.spend", multiply=2.0),),
        measure="customers_end",
        direction="higher",
        account="acquisition",
        cost="the spend, and what each newcomer costs to join",
        lag="none to win; a newcomer pays back over months, and newcomers leave more readily than the settled",
        evidence=Evidence("established", "Sethuraman, Tellis and Briesch (2011): elasticity 0.12 on average"),
        claims=("C9",),
    ),
    Lever(
        name="referral_reward",
        title="Double the reward for recommending the firm",
        group="winning customers",
        moves=(Move("acquisition.referral.reward.amount", multiply=2.0),),
        measure="customers_end",
        direction="higher",
        account="acquisition",
        cost="the reward, to each who brings a newcomer, also to those who would have done so without more",
        lag="grows with the number of satisfied customers",
        evidence=Evidence(
            "direction known", "Schmitt, Skiera and Van den Bulte (2011): a rewarded programme returned about 60 %"
        ),
        claims=("C9",),
    ),
    Lever(
        name="referral",
        title="Make it easy to recommend the firm",
        group="winning customers",
        moves=(Move("acquisition.referral.rate", multiply=2.0),),
        measure="customers_end",
        direction="higher",
        account="acquisition",
        cost="what each newcomer costs to join; the campaign is a cost of the policy",
        lag="grows with the number of satisfied customers",
        evidence=Evidence(
            "direction known", "Schmitt, Skiera and Van den Bulte (2011): referred customers stay longer"
        ),
        claims=("C9",),
        running=2_000.0,
    ),
    Lever(
        name="retention_offers",
        title="Ask those about to leave, and make them an offer",
        group="keeping customers",
        moves=(Move("retention.leavers.*", to="60 %"),),
        measure="churn",
        direction="lower",
        account="fees",
        cost="each offer, and the discount, to some who would have stayed as well",
        lag="none; when the discount ends the bill rises, and some leave then",
        evidence=Evidence("direction known", "Ascarza, Iyengar and Schleicher (2016): offers may wake others"),
        claims=("C1",),
    ),
    Lever(
        name="complaint_process",
        title="Make good at once what customers complain of",
        group="keeping customers",
        moves=(Move("retention.goodwill.*.share", to="60 %"),),
        measure="satisfaction",
        direction="higher",
        account="fees",
        cost="what is paid to make good",
        lag="none",
        evidence=Evidence(
            "established", "Gelbrich and Roschk (2011): compensation raises satisfaction after a failure"
        ),
        practices=(15, 18),
        claims=("C12", "C17"),
    ),
    Lever(
        name="win_back",
        title="Approach nearly all who have left",
        group="keeping customers",
        moves=(Move("win_back.approached", to="95 %"),),
        measure="customers_end",
        direction="higher",
        account="win_back",
        cost="each offer, and the reward of those who come back",
        lag="the delay of those who come back",
        evidence=Evidence(
            "direction known", "Stauss and Friege (1999); Thomas, Blattberg and Fox (2004): it hangs on why they left"
        ),
    ),
    Lever(
        name="upstream_quality",
        title="Remove a fifth of the causes of issues",
        group="causes of contacts",
        moves=(Move("needs.kinds.*.rate.*", multiply=0.8),),
        measure="occupancy",
        direction="lower",
        account="policies",
        cost="what the other departments spend on it: a cost of the policy",
        lag="as long as the causes take to remove: give the change a ramp",
        evidence=Evidence(
            "direction known", "quality of upstream work as a cause of contacts; the size is the firm's own"
        ),
        practices=(18, 28),
        claims=("C10", "C15"),
        running=6_000.0,
    ),
)
