"""One thing is said once: by its most particular tag, or by one phrase of several tags."""

from __future__ import annotations

from composer import compose
from tests.cases import in_one_test

# Tags, what the draft says, and after a bar what it does not say.
_CASES = """
1girl holding holding_tool blowtorch | holds a blowtorch | tool; There
1girl weapon arm_cannon power_armor armor | an arm cannon | weapon
1girl food food_in_mouth pocky pocky_in_mouth | with pocky in her mouth | food
1girl driving car car_interior motor_vehicle | driving a car. | inside; There
1girl sitting car vehicle_interior | sitting inside a car | vehicle; There
1boy curry curry_rice food table | curry rice | curry,; curry and
1boy table beer_can can alcohol | a beer can | alcohol
1girl box cardboard_box in_box in_container | in a cardboard box | container; There
1girl standing guitar_case instrument_case | a guitar case | instrument
2boys duel fighting battle | in a duel | fighting; battle
1girl standing dirty dirty_face | a dirty face | standing and dirty; , dirty
1girl animal_hood shark_hood hoodie hood | a shark hood | animal
1boy judo martial_arts fighting dougi | doing judo | martial; fighting
1boy standing sportswear soccer_uniform | a soccer uniform | sportswear
1girl dress white_dress blue_dress frilled_dress frills | wears a white and blue frilled dress. | a blue
5girls white_dress blue_dress frilled_dress | include white, blue and frilled dresses | a frilled
2boys kimono white_kimono black_kimono | white and black kimonos | a black
1boy soccer_uniform yellow_shirt shorts | a soccer uniform with a yellow shirt and shorts | and a soccer
1girl serafuku blue_sailor_collar skirt | a serafuku with a blue sailor collar and a skirt | , a skirt
2girls serafuku sailor_collar skirt | serafuku with sailor collars and skirts | , skirts
1girl uniform nurse_uniform white_dress | a nurse uniform with a white dress | and a nurse
1girl eyewear round_eyewear black-framed_eyewear | round black-framed glasses | glasses, r
1boy driving taxi vehicle_interior | driving a taxi. | inside
1girl 1boy sitting car vehicle_interior | sitting inside a car. | in a
2others deer wolf anthro dress suit | a dress and a suit | with a dress
2girls sewing dress wedding_dress | a wedding dress | sewing wedding
1girl straw_hat witch_hat | wears a straw hat. | witch
1girl table dinner | at dinner | also in view
1girl standing bokeh vanishing_point | in perspective, with bokeh | view are
1boy standing aurora_borealis night | under the aurora borealis | an aurora
1girl satchel shoulder_bag bag | wears a satchel. | shoulder
1girl red_bag backpack white_scarf blue_muffler | red backpack, a white scarf and a blue muffler | bag
1boy scrubs green_shirt green_pants shirt pants | wears green scrubs. | shirt; pants
1girl jumpsuit orange_jumpsuit clothes_around_waist jumpsuit_around_waist | jumpsuit around her | clothes
1girl helmet unworn_helmet helmet_under_arm holding_helmet | with a helmet under her arm. | unworn; holds
1boy weapon katana sheathed sheath hand_on_hilt | with a hand on the hilt of his sheathed katana. | There
1girl sword sheathed weapon standing | with her sword sheathed. | There
no_humans scenery train_station straw_hat unworn_headwear unworn_hat | an unworn straw hat | wears
1girl jersey striped_shirt tank_top open_jacket | a striped tank top and an open jacket | shirt; jersey
1girl broom_riding broom holding_broom | is riding a broom. | holds
1girl teacup tea cup holding_cup | holds a teacup. | There
1girl forest tree flower walking | walking in a forest. There is also a flower. | tree
no_humans bridge viaduct river train | a viaduct | bridge
anthro solo fox ringtail striped_tail | has a striped ringed tail | , a
1girl katana sheathed weapon_on_back weapon | has a katana on her back. | weapon; There
no_humans seagull bird biplane vehicle_focus flying | A biplane is flying | A seagull
1girl sword longsword planted_sword sitting | with a planted longsword. | There
1girl under_vehicle mecha lying | under a mecha. | vehicle
1girl standing standing_on_one_leg leg_up | standing on one leg. | up
1girl torn_clothes torn_jeans shirt | torn jeans and a shirt | clothes
solo feral dragon mouse red_scales treasure crown | Also in view are a crown | wears
no_humans still_life cat unworn_clothes school_uniform | A still life with a cat | wears
1girl serious walking forest | walking in a forest, serious. | and
no_humans scenery train house train_station mountain | Scenery with a train and a mountain | near
1girl black_hair hair_up hair_bun single_hair_bun | in a single bun | worn up
1girl green_hair side_braid single_braid | in a side braid | single
1girl solo robot_girl android | A robot girl | android
1girl backpack black_bag bag_charm charm_(object) | a black backpack with a charm | There
1girl witch_hat hat_flower red_flower black_hat | a black witch hat with a red flower | There
no_humans unworn_hat straw_hat hat_ribbon blue_ribbon | An unworn straw hat with a blue ribbon | view
no_humans car sports_car headlights wheel street | A sports car with headlights and wheels is on | view
1boy lanyard id_card | a lanyard with an ID card | There
1boy planted planted_weapon spear weapon | with a planted spear | weapon; There
1girl casual grey_hoodie | wears a grey hoodie | casual
1boy roman_clothes red_tunic | wears Roman clothes with a red tunic | , a red
1girl pink_kimono yagasuri | a pink kimono with a yagasuri pattern | , a yagasuri
1girl blue_eyes yellow_eyes heterochromia | one blue eye and one yellow eye | heterochromia
1girl holding_umbrella transparent_umbrella closed_umbrella | holds a closed transparent umbrella | There
no_humans train overcast grey_sky cloud | under an overcast grey sky, | clouds
1girl cherry_blossoms cherry_tree tree | among cherry blossoms. | tree
1girl lying on_side wooden_floor indoors | lying on her side on a wooden floor | There
1girl hat_over_one_eye sandogasa hat | a sandogasa over one eye | with a hat
1girl riding_bicycle bicycle bicycle_basket | riding a bicycle with a basket | There
1boy holding_skateboard skateboard under_arm | holds a skateboard under his arm | something
1girl floral_apron floral_print | wears a floral apron | print
1boy smoking smoking_pipe pipe_in_mouth | smoking a pipe | with a pipe
1girl barcode barcode_tattoo | a barcode tattoo | There
1girl closed_eyes one_eye_closed | closed eyes | one
1girl bob_cut black_hair blunt_bangs | blunt bangs and black hair in a bob cut | cut and
1boy apron sleeves_rolled_up | clothes with rolled-up sleeves | and rolled
no_humans ship pirate_flag jolly_roger skull_and_crossbones skull | There is also a pirate flag | skull
1boy present box | a present | box
1boy loosened_necktie blue_necktie | a loosened blue necktie | blue loosened
feral dragon membranous_wings folded_wings wings | folded membranous wings | , folded
feral dragon chest gold_(metal) cave | A treasure chest | a chest
1girl bouquet holding_bouquet red_rose rose | a bouquet of red roses | There
1boy knight helmet visor_(armor) plume | a helmet with a plume and a visor | There
1boy knight dragon dragon_skull skull | There is also a dragon skull | with a dragon
1girl holding_skirt skirt_hold skirt | a hand holding the skirt | holds
1girl tarot tarot_card_(object) | There is also a tarot card | a tarot,
no_humans cat collar bell | a collar with a bell | There
1girl holding_katana katana unsheathed | holds a katana. | unsheathed
1boy falling midair skydiving | falling and skydiving | midair
1boy wheat_field farm standing | in a wheat field on a farm | on a farm in
1girl holding_phone smartphone phone cellphone looking_at_phone | looking at the smartphone | at a phone
1boy sitting sitting_in_boat boat rowboat lake | sitting in a rowboat on a lake | There
1girl bagged_fish goldfish plastic_bag fish | a goldfish in a bag | plastic
1boy dark-skinned_male tan dark_skin | A dark-skinned boy | tan
no_humans scenery power_lines overhead_line utility_pole | power lines | overhead
1girl visor_cap sunglasses bikini | sunglasses | There
1girl scarf necktie school_uniform | wears a scarf | There
1girl fairy fairy_wings butterfly_wings | fairy wings | butterfly
1girl shovel_on_shoulder over_shoulder | a shovel on her shoulder | something
1girl abs toned | has abs | toned
1girl plugsuit red_bodysuit | wears a red plugsuit | bodysuit
1girl dress black_dress cleavage_cutout | a black dress with a cleavage cutout | , a cleavage
1boy sword_on_back two_swords_on_back | two swords on his back | a sword
1girl autumn_leaves falling_leaves | among falling leaves | autumn
1girl sailor_senshi_uniform blue_sailor_collar black_cat cat | a blue sailor collar | view
1boy muscular muscular_male toned_male | A muscular boy | toned
1girl white_hair blunt_bangs pointy_ears | white hair, blunt bangs and pointy ears | with blunt
1girl very_short_hair brown_hair | very short brown hair | brown very
1girl medium_hair brown_hair | medium-length brown hair | There
"""


@in_one_test("case", _CASES.strip().splitlines())
def test_what_another_tag_says_is_not_said_again(case: str) -> None:
    tags, said, unsaid = (part.strip() for part in case.split("|"))
    draft = compose(tags.split(), {})
    assert said in draft
    assert not [words for words in unsaid.split(";") if words.strip() in draft], draft
