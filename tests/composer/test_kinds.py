"""What drafts make of kinds of tags: one thing said by several, whose something is, and where it stands."""

from composer import compose
from tests.cases import in_one_test

CASES = {
    "hair of one tag is said where it is multicolored too": (
        "1girl multicolored_red_hair",
        "A girl has multicolored red hair.",
    ),
    "grammar is not told": (
        "1girl the of and cup",
        "A girl. There is also a cup.",
    ),
    "a tag that has an article gets no other one": (
        "1girl a_red_hat holding_a_sword sitting_on_a_bench an_apple",
        "A girl wears a red hat and holds a sword. She is sitting on a bench. There is also an apple.",
    ),
    "midnight is at night": (
        "1girl night midnight",
        "A girl is shown at midnight.",
    ),
    "an adjective of nothing is not told": (
        "1girl big dark_blue white orange cup",
        "A girl. There is also a cup.",
    ),
    "those of whom there are none are not told": (
        "0girls 1boy tree",
        "A boy. There is also a tree.",
    ),
    "nobody adds that there are no boys": (
        "2girls 0boys",
        "Two girls.",
    ),
    "of a group all are furry": (
        "6+girls furry running",
        "A group of furry girls are running.",
    ),
    "a crowd of both is anthro": (
        "6+girls 6+boys anthro market",
        "A crowd of anthro girls and boys are in a market.",
    ),
    "a girl where no human is stays a girl": (
        "no_humans 1girl cat smile",
        "A girl is shown with a cat. She is smiling.",
    ),
    "what is bare needs no comma behind it alone": (
        "1girl navel hat",
        "A girl with her navel visible wears a hat.",
    ),
    "where no human is the boy is the robot": (
        "no_humans 1boy robot smile",
        "A robot boy is smiling.",
    ),
    "nobody hugs alone": (
        "1girl solo hug smile",
        "A girl is smiling and hugging somebody.",
    ),
    "who is alone with a cat hugs it": (
        "1girl solo cat hug",
        "A girl is hugging a cat.",
    ),
    "a butterfly is hugged by nobody": (
        "1girl butterfly hug",
        "A girl is hugging. There is also a butterfly.",
    ),
    "a pillow can be hugged": (
        "1girl pillow hug",
        "A girl is hugging. There is also a pillow.",
    ),
    "nobody holds hands alone": (
        "1boy holding_hands beach",
        "A boy is holding hands with somebody at the beach.",
    ),
    "two hold hands": (
        "1boy 1girl holding_hands beach",
        "A girl and a boy are holding hands at the beach.",
    ),
    "nobody looks at each other alone": (
        "1girl cat looking_at_each_other",
        "A girl is shown with a cat. She is looking at the cat.",
    ),
    "who is alone has no sisters in the picture": (
        "1girl solo sisters hat",
        "A girl wears a hat.",
    ),
    "a picture of two panels has two times of day": (
        "1girl night day city",
        "A girl is in a city by day and at night.",
    ),
    "the sun sets by day": (
        "no_humans tree day sunset winter",
        "A tree is shown at sunset in winter, with no people in sight.",
    ),
    "panels of nothing else are indoors and outdoors": (
        "indoors outdoors",
        "A scene is shown indoors and outdoors.",
    ),
    "a book that is held does not stand in the shelf": (
        "1boy solo holding_book reading library bookshelf",
        "A boy holds a book. He is reading in a library. There is also a bookshelf.",
    ),
    "a boy and a dog are two of a trio": (
        "trio feral dog human 1boy",
        "A feral boy, a trio, a human and a dog among them.",
    ),
    "koi beside a knight are no half of a duo": (
        "duo koi knight",
        "A duo, a knight, are shown. With them are koi.",
    ),
    "a dog beside a clown is no clown": (
        "dog duo clown",
        "A duo, a clown, are shown. With them is a dog.",
    ),
    "the one other who is damaged is the robot": (
        "1other solo robot damaged crouching",
        "A damaged robot is crouching.",
    ),
    "headphones in a room are no plushie's": (
        "no_humans scenery indoors room headphones plushie desk",
        "Scenery with a plushie, a desk and headphones is shown indoors in a room, with no people in sight.",
    ),
    "a white flower is no white poppy beside a red one": (
        "no_humans white_flower red_flower poppy_(flower) field",
        "A white flower, a red flower and a poppy are shown in a field, with no people in sight.",
    ),
    "nobody flies on a rooftop": (
        "1girl harpy flying rooftop city",
        "A harpy is flying above a city. There is also a rooftop.",
    ),
    "a tigress is no cub": (
        "feral group tiger cub river",
        "A group of feral characters, a tiger and a cub, are near a river.",
    ),
    "at a lighthouse the waves splash": (
        "no_humans lighthouse seagull splashing waves",
        "A lighthouse is shown with no people in sight. A seagull and waves are in view too.",
    ),
    "of two who sit one may be awake": (
        "2girls sleeping closed_eyes sitting train_interior",
        "Two girls are inside a train. Their actions include sleeping and sitting. Visible details "
        "include closed eyes.",
    ),
    "in summer the snow lies on the mountain": (
        "no_humans train road snow mountain summer day outdoors",
        "A train is outdoors on a road near a mountain, by day, in summer, with no people in sight. There"
        " is also snow.",
    ),
    "who is in a field sees the city": (
        "no_humans mecha deer city flower_field ruins",
        "A mecha and a deer are among ruins in a flower field, with no people in sight. There is also a "
        "city.",
    ),
    "a skyscraper is outside the window": (
        "no_humans indoors window skyscraper pear table",
        "A window, a pear, a table and a skyscraper are shown indoors, with no people in sight.",
    ),
    "of an orchestra only the conductor is seen from behind": (
        "6+girls 6+boys conductor from_behind stage",
        "A crowd of girls and boys, a conductor among them, are on a stage.",
    ),
    "a family of bears is no bear": (
        "anthro duo male female fox red_fox bear brown_bear ursine",
        "A duo of anthro characters of both sexes, a red fox and a brown bear.",
    ),
    "a gull beside an otter is no otter": (
        "anthro solo female otter gull",
        "A female anthro otter. There is also a gull.",
    ),
    "in a crowd with others the others walk and have no face": (
        "1girl crowd multiple_others faceless solo_focus standing walking",
        "A girl, among several other people, is standing. There is also a crowd.",
    ),
    "a floating book is not the one that is held": (
        "1girl holding_book floating_book book",
        "A girl holds a book. There is also a floating book.",
    ),
    "a hat on the floor is worn by none": (
        "2girls hat_on_floor kotatsu",
        "Two girls. A kotatsu and a hat on the floor are in view too.",
    ),
    "headphones of nobody are not told": (
        "no_humans scenery indoors desk headphones_removed",
        "Scenery with a desk is shown indoors, with no people in sight.",
    ),
    "of a crowd some argue": (
        "6+boys 6+girls crowd arguing market",
        "A crowd of girls and boys are in a market. Their actions include arguing.",
    ),
    "who face each other are not both seen from behind": (
        "2boys facing_another from_behind duel",
        "Two boys are facing each other in a duel.",
    ),
    "a group of horses are the horses": (
        "feral group horse foal river",
        "A group of feral characters, a horse and a foal, are near a river.",
    ),
    "a comic shows one act after the other": (
        "1girl solo 4koma sleeping running under_covers",
        "A girl is running and sleeping by turns. The scene is shown as a 4koma comic.",
    ),
    "one glove is no pair": (
        "1girl solo brown_gloves single_glove apron",
        "A girl wears an apron and a single brown glove.",
    ),
    "knees that are bent are no thing": (
        "1girl knees_bent table_tennis_ball",
        "A girl is shown with her knees bent. There is also a table tennis ball.",
    ),
    "who stands still stands": (
        "1girl standing_still crosswalk",
        "A girl is standing still on a crosswalk.",
    ),
    "a deer with birds is no group of deer": (
        "feral deer bird group standing brown_fur",
        "A feral deer has brown fur. It is standing. There is also a bird.",
    ),
    "multiple animals of one kind are that kind": (
        "no_humans capybara multiple_animals onsen bathing",
        "Multiple capybaras are bathing in an onsen, with no people in sight.",
    ),
    "on a summit the clouds lie below": (
        "3girls sea_of_clouds cloud sky mountain",
        "Three girls are above the clouds. There is also a mountain.",
    ),
    "the gulls fly over the ferry": (
        "1girl seagull flock flying railing boat",
        "A girl. A railing, a seagull, a flock and a boat can also be seen.",
    ),
    "a ghost with its fires is one of two": (
        "1girl 1boy ghost hitodama office",
        "A girl and a boy, a ghost among them, are in an office. There is also a hitodama.",
    ),
    "in a crowd the others walk": (
        "1girl crowd standing walking crosswalk",
        "A girl is standing on a crosswalk. There is also a crowd.",
    ),
    "a street and a harbor are in a city": (
        "no_humans scenery cityscape tram ship street harbor",
        "A cityscape with a tram and a ship is shown with no people in sight. A street and a harbor are "
        "in view too.",
    ),
    "a cockpit is damaged, not its pilot": (
        "1girl solo sitting cockpit damaged",
        "A girl is sitting in a cockpit.",
    ),
    "a walker is the mecha": (
        "no_humans mecha walker scrapyard",
        "A mecha is in a scrapyard, with no people in sight.",
    ),
    "a rider of nothing may be the cat": (
        "1girl cat running riding",
        "A girl is shown with a cat. She is running.",
    ),
    "nobody else is looked at but the elephant": (
        "1boy solo elephant looking_at_another grin",
        "A boy is shown with an elephant. He is grinning and looking at the elephant.",
    ),
    "fireworks in a hand are not in the sky": (
        "2girls sparkler holding_sparkler fireworks night",
        "Two girls are shown at night. Their actions include holding a sparkler. There are also fireworks.",
    ),
    "not all cooks wear the tall hat": (
        "2girls 3boys chef chef_hat kitchen apron",
        "Two girls and three boys who are chefs are in a kitchen. Their outfits include a chef hat and an"
        " apron.",
    ),
    "who wears a hoodie wears no uniform": (
        "2girls school_uniform hoodie park",
        "Two girls are in a park. Their outfits include a school uniform and a hoodie.",
    ),
    "whoever looks away does not look at the viewer": (
        "2girls looking_at_viewer looking_away",
        "Two girls are shown. Visible details include a look away and a look at the viewer.",
    ),
    "a penguin steals, not its keeper": (
        "1boy penguin stealing standing",
        "A boy is shown with a penguin. He is standing.",
    ),
    "over a crowd the birds fly": (
        "6+girls 6+boys crowd market bird flying camel",
        "A crowd of girls and boys are in a market. With them is a camel. There is also a bird.",
    ),
    "of glasses and sunglasses one is on a head": (
        "2boys 1girl sunglasses glasses eyewear_on_head",
        "A girl and two boys are shown. Visible details include eyewear on the head. Their outfits "
        "include sunglasses and glasses.",
    ),
    "in an alley the cat is a silhouette": (
        "no_humans scenery alley cat silhouette",
        "Scenery with a cat and a silhouette is shown in an alley, with no people in sight.",
    ),
    "a booth is no phone to hold": (
        "1girl solo phone_booth phone holding_phone",
        "A girl holds a phone. There is also a phone booth.",
    ),
    "a hat that lies there is worn by none of two": (
        "2girls witch_hat unworn_witch_hat veranda",
        "Two girls are on a veranda. There is also an unworn witch hat.",
    ),
    "one hand pulls the mask alone": (
        "1girl solo mask mask_pull school_bag",
        "A girl is shown with a school bag and a hand pulling her mask.",
    ),
    "a plaster on the cheek is the one on the face": (
        "1girl solo bandaid_on_face bandaid_on_nose",
        "A girl has a bandaid on her nose.",
    ),
    "whoever has one wing has no wings": (
        "2boys black_wings feathered_wings single_wing",
        "Two boys are shown. Visible details include a single wing.",
    ),
    "father and son are no parent and son besides": (
        "anthro duo male bear father_and_son parent_and_son parent_and_child",
        "A duo of male anthro bears, father and son.",
    ),
    "cats on a pier have no wings of a gull": (
        "no_humans animal_focus black_cat white_cat seagull spread_wings sitting",
        "A black cat and a white cat are sitting, with no people in sight. There is also a seagull.",
    ),
    "a bear of a family is a bear": (
        "anthro duo male female ursine bear rabbit shirt",
        "A duo of anthro characters of both sexes, a bear and a rabbit, are shown. Their outfits include "
        "a shirt.",
    ),
    "of a duo with a fish the fish may be one": (
        "duo feral sea_turtle fish swimming",
        "A feral sea turtle is swimming. There is also a fish.",
    ),
    "clothes hang on a line beside a cat": (
        "no_humans scenery clothesline clothes black_cat",
        "Scenery with a black cat, a clothesline and clothes is shown with no people in sight.",
    ),
    "a city is seen from a room": (
        "no_humans scenery indoors bedroom bed cityscape window",
        "A bed, a window and a cityscape are shown indoors in a bedroom, with no people in sight.",
    ),
    "of two one may have no sex": (
        "duo anthro feral male ambiguous_gender mouse dragon",
        "A duo of characters, anthro and feral, a mouse and a dragon.",
    ),
    "an unknown bird is a bird": (
        "no_humans long-tailed_tit bird branch black_eyes",
        "A long-tailed tit has black eyes. It is shown with no people in sight. There is also a branch.",
    ),
    "a machine that is a robot is the same in every run": (
        "3boys gundam",
        "Three boys are shown. With them is a Gundam.",
    ),
    "an unknown trade is one": (
        "1girl solo hairdresser cutting_hair",
        "A female hairdresser is cutting hair.",
    ),
    "a cat on a lap is told once": (
        "1girl solo cat sleeping_animal animal_on_lap sitting knitting",
        "A girl has a sleeping cat on her lap. She is sitting and knitting.",
    ),
    "in a crowd it is the others who have no face": (
        "1girl 6+others faceless solo_focus scarf",
        "A girl, among a group of other people, wears a scarf.",
    ),
    "who is carried is not carried besides": (
        "2girls carrying carrying_under_arm carrying_person",
        "Two girls are shown, one carrying the other.",
    ),
    "a mountain in a bathhouse is painted": (
        "no_humans scenery indoors bathhouse mural mount_fuji lake stool",
        "Scenery with a stool, and a mural of Mount Fuji and a lake is shown indoors in a bathhouse, with"
        " no people in sight.",
    ),
    "the dragon that one of two rides is the other": (
        "duo feral western_dragon human female riding",
        "A duo of characters, a human and a western dragon.",
    ),
    "gyaru and kogal are one kind": (
        "3girls gyaru kogal selfie",
        "Three girls who are gyarus are taking a selfie.",
    ),
    "no wing of that name is done": (
        "1boy arwing hangar screwdriver",
        "A boy is in a hangar. There is also a screwdriver.",
    ),
    "a grain of rice on the face is no rice ball": (
        "1boy rice_on_face onigiri eating",
        "A boy has rice on his face. He is eating. There is also an onigiri.",
    ),
    "an elf may be the bartender": (
        "1girl 1boy elf bartender knight",
        "A girl and a boy, a bartender and a knight among them.",
    ),
    "an android is no cyborg besides": (
        "1girl 1boy android cyborg",
        "A girl and a boy, an android among them.",
    ),
    "of two one sits on the table": (
        "1girl 1boy on_table sitting kneeling",
        "A girl and a boy are shown, one of them sitting and the other kneeling.",
    ),
    "where the dog is in focus it is the dog that runs": (
        "1girl dog animal_focus running tongue_out straw_hat",
        "A girl wears a straw hat and is shown with a dog.",
    ),
    "a cityscape may lie below": (
        "2girls cityscape mountain sitting",
        "Two girls are sitting. A mountain and a cityscape are in view too.",
    ),
    "a tuning fork is no act": (
        "1boy solo tuning_fork sitting",
        "A boy is sitting. There is also a tuning fork.",
    ),
    "in a space station space is seen through its window": (
        "1girl solo space space_station window floating",
        "A girl is floating inside a space station. There is also a window.",
    ),
    "who sits in a harbor need not sit in a boat": (
        "1boy solo sitting harbor boat",
        "A boy is sitting in a harbor. There is also a boat.",
    ),
    "the one other is the scarecrow": (
        "1other solo ambiguous_gender scarecrow straw_hat facing_viewer",
        "A scarecrow wears a straw hat. It is facing the viewer.",
    ),
    "of an old couple no tag tells whose hair is white": (
        "1boy 1girl couple old_man old_woman white_hair",
        "An old woman and an old man, a couple, are shown. Visible details include white hair.",
    ),
    "nobody is in a train and on the platform": (
        "2girls train_interior train_station facing_another",
        "Two girls are facing each other. A train station and a train interior are in view too.",
    ),
    "a bat and a moth are the duo": (
        "bat mammal moth insect anthro duo playing_games",
        "A duo of anthro characters, a bat and a moth, are playing games.",
    ),
    "a warehouse is a place to be in": (
        "2boys indoors market warehouse",
        "Two boys are indoors in a market in a warehouse.",
    ),
    "families of animals are no things": (
        "hermit_crab malacostracan arthropod marine feral group beach",
        "A group of feral hermit crabs are at the beach.",
    ),
    "beside a bird no tag tells who holds something in the mouth": (
        "1boy solo cormorant bird mouth_hold standing",
        "A boy is shown with a cormorant. He is standing.",
    ),
    "the stars of a planetarium are inside": (
        "no_humans indoors planetarium constellation chair",
        "A chair and a constellation are shown indoors in a planetarium, with no people in sight.",
    ),
    "who has the tail of a ghost is one": (
        "1girl 1boy ghost ghost_tail",
        "A girl and a boy, a ghost among them, are shown. Visible details include a ghost tail.",
    ),
    "who sleeps does not look at the viewer": (
        "feral duo red_fox looking_at_viewer closed_eyes",
        "A duo of feral red foxes are shown. Visible details include closed eyes and a look at the viewer.",
    ),
    "neck fur has no colour of other fur": (
        "feral duo brown_fur yellow_fur neck_fur",
        "A duo of feral characters with brown fur, yellow fur and neck fur are shown.",
    ),
    "of one who lies on nothing the sword is on the back": (
        "1boy solo squatting sword sheathed on_back",
        "A boy is squatting, with his sword sheathed.",
    ),
    "a child on the shoulders is no garment": (
        "crowd 6+boys 6+girls child_on_shoulders hanfu",
        "A crowd of girls and boys are shown. Visible details include a child on the shoulders. Their "
        "outfits include a hanfu.",
    ),
    "where nobody is, checkered clothes are those of the table": (
        "no_humans checkered_clothes checkered_tablecloth table lavender_(flower)",
        "A checkered tablecloth, a table and lavender are shown with no people in sight.",
    ),
    "an era is no thing": (
        "1girl solo kimono taishou_era",
        "A girl wears a kimono. She is shown in a Taisho setting.",
    ),
    "nobody is barefoot by turns": (
        "1girl solo multiple_views barefoot smile standing",
        "A girl is standing and smiling by turns, barefoot, in multiple views.",
    ),
    "leather and plate armor are those of two": (
        "2boys plate_armor leather_armor",
        "Two boys are shown. Their outfits include plate armor and leather armor.",
    ),
    "of a human and a dragon the human has no scales": (
        "human young_human feral dragon duo green_scales sitting",
        "A duo of characters, a young human and a dragon, are shown. Their actions include sitting. "
        "Visible details include green scales.",
    ),
    "a place of its own name is no place among others": (
        "1girl hyrule_castle ancient_rome",
        "A girl is in ancient Rome. There is also Hyrule Castle.",
    ),
    "a sword of its own name has no article": (
        "1girl excalibur holding_sword holding_excalibur",
        "A girl holds Excalibur.",
    ),
    "a pipe is smoked where somebody smokes": (
        "1boy smoking_pipe smoking",
        "A boy is smoking a pipe.",
    ),
    "a pipe may be cold": (
        "1boy smoking_pipe sitting",
        "A boy is sitting, with a smoking pipe.",
    ),
    "a bee is no companion": (
        "1girl jar holding_jar bee",
        "A girl holds a jar. There is also a bee.",
    ),
    "who looks at an animal looks at the bee": (
        "1girl bee looking_at_animal",
        "A girl is looking at a bee.",
    ),
    "a harbor with a gull is a picture of the boat": (
        "no_humans scenery fishing_boat ship seagull flying harbor pier",
        "Scenery with a fishing boat and a pier is shown in a harbor, with no people in sight. "
        "There is also a flying seagull.",
    ),
    "the only one is the robot": (
        "1other solo humanoid_robot straw_hat",
        "A humanoid robot wears a straw hat.",
    ),
    "a mecha that is a giant": (
        "no_humans mecha giant damaged sitting",
        "A damaged giant mecha is sitting, with no people in sight.",
    ),
    "food in the shape of a bear": (
        "no_humans animal-themed_food bear plate",
        "Bear-themed food and a plate are shown with no people in sight.",
    ),
    "a face behind a helmet": (
        "1boy faceless_male helmet",
        "A boy with no visible face wears a helmet.",
    ),
    "several colours of one theme": (
        "no_humans motorcycle blue_theme pink_theme text_focus depth_of_field",
        "A motorcycle is shown with depth of field, a blue and pink color theme, and a focus on the text. "
        "No people are in sight.",
    ),
    "several settings of one picture": (
        "1girl science_fiction post-apocalypse realistic standing",
        "A girl is standing, in a realistic style, in a post-apocalypse science fiction setting.",
    ),
    "a corridor is inside the spaceship": (
        "1girl standing spaceship_interior corridor",
        "A girl is standing in a corridor inside a spaceship.",
    ),
    "a station without a train": (
        "no_humans scenery bicycle train_station_platform rice_paddy railroad_tracks outdoors",
        "Scenery with a bicycle, railroad tracks, a train station platform and a rice paddy is shown "
        "outdoors, with no people in sight.",
    ),
    "a stage indoors is no view": (
        "no_humans indoors stage electric_guitar",
        "An electric guitar and a stage are shown indoors, with no people in sight.",
    ),
    "a mountain may be far away": (
        "1boy standing outdoors river mountain",
        "A boy is standing outdoors near a river. There is also a mountain.",
    ),
    "a train may be on the bridge": (
        "no_humans train stone_bridge river",
        "A train is on a stone bridge near a river, with no people in sight.",
    ),
    "who flies is above the city": (
        "1girl flying sitting city night",
        "A girl is flying and sitting above a city at night.",
    ),
    "an alley is a part of a cityscape": (
        "no_humans cityscape skyscraper alley",
        "A cityscape with a skyscraper is shown with no people in sight. There is also an alley.",
    ),
    "a bag need not be worn": (
        "1girl black_bag standing",
        "A girl is standing, with a black bag.",
    ),
    "the violin in her hands is played": (
        "1girl holding_violin violin playing_instrument grand_piano",
        "A girl is playing the violin. There is also a grand piano.",
    ),
    "who sits is not fencing": (
        "1girl fencing sitting bench",
        "A girl is sitting on a bench, with a fencing theme.",
    ),
    "it rains outside": (
        "1boy sitting workshop dim_lighting rain window",
        "A boy is sitting in a workshop in dim light, with rain outside. There is also a window.",
    ),
    "who rides a dragon rides the white one": (
        "1girl riding_dragon white_dragon dragon",
        "A girl is riding a white dragon.",
    ),
    "a mermaid where nobody is": (
        "no_humans statue mermaid garden",
        "A statue of a mermaid is shown in a garden, with no people in sight.",
    ),
    "a scarecrow stands in the field": (
        "no_humans scarecrow straw_hat wheat_field dirt_road",
        "A scarecrow wears a straw hat. It is in a wheat field, with no people in sight. "
        "There is also a dirt road.",
    ),
    "who skates on a lake that is frozen": (
        "1girl ice_skating frozen_lake",
        "A girl is ice skating on a frozen lake.",
    ),
    "it is the plane that flies": (
        "anthro hawk male solo wings cockpit biplane flying",
        "A male anthro hawk has wings. He is in a cockpit. There is also a flying biplane.",
    ),
    "two-coloured eyes need not be those of the last cat": (
        "no_humans multiple_cats black_cat white_cat heterochromia sleeping",
        "Multiple cats, among them a black cat and a white cat, are sleeping, with no people in sight. "
        "Visible details include heterochromia.",
    ),
    "a feast is when something happens": (
        "1boy viking longhouse feast drinking_horn",
        "A male Viking is in a longhouse at a feast. There is also a drinking horn.",
    ),
    "who is on a wet street is on the crosswalk": (
        "no_humans taxi wet_street crosswalk",
        "A taxi is on a wet street, with no people in sight. There is also a crosswalk.",
    ),
    "fish of two kinds": (
        "no_humans scenery underwater fish manta_ray whale_shark",
        "Scenery with a manta ray and a whale shark is shown underwater, with no people in sight.",
    ),
    "of a frog and a snail it is the frog": (
        "anthro frog snail male solo robe",
        "A male anthro frog wears a robe. There is also a snail.",
    ),
    "a sword in the ground is planted": (
        "1girl knight sword_in_ground planted_sword sword",
        "A female knight is shown with a planted sword.",
    ),
    "who floats in space is not on board": (
        "1girl astronaut space space_station floating",
        "A female astronaut is floating in space near a space station.",
    ),
    "a ferry is not less than a lighthouse": (
        "no_humans lighthouse ferry ocean",
        "A lighthouse and a ferry are shown near the ocean, with no people in sight.",
    ),
    "a statue does not take the library outdoors": (
        "no_humans scenery library indoors statue bookshelf",
        "Scenery with a statue is shown indoors in a library, with no people in sight. "
        "There is also a bookshelf.",
    ),
    "of two blades one is in the hand": (
        "1boy kunai holding_kunai katana sheathed weapon",
        "A boy holds a kunai. He is shown with his katana sheathed.",
    ),
    "a snowman is what she builds": (
        "1girl building_snowman snowman",
        "A girl is building a snowman.",
    ),
    "above several places": (
        "1girl gliding flying valley forest village",
        "A girl is flying above a valley, a forest and a village, gliding.",
    ),
    "who is alone is the ghost": (
        "1boy solo ghost pirate",
        "A male ghost pirate.",
    ),
    "an ice cream van is a vehicle": (
        "no_humans ice_cream_van van truck beach",
        "An ice cream van is at the beach, with no people in sight.",
    ),
    "a giant turtle is no giant besides": (
        "no_humans giant_turtle giant turtle",
        "A giant turtle is shown with no people in sight.",
    ),
    "a katana of its own name": (
        "1girl virtuous_contract katana holding_sword sword",
        "A girl holds Virtuous Contract.",
    ),
    "one fighting stance": (
        "1boy standing fighting_stance",
        "A boy is standing in a fighting stance.",
    ),
    "a house alone is what burns": (
        "house burning night no_humans",
        "A burning house is shown at night, with no people in sight.",
    ),
    "who sits in a rowboat is on the lake": (
        "1boy rowboat lake sitting",
        "A boy is sitting in a rowboat on a lake.",
    ),
    "a duo does not sit on one chair": (
        "duo anthro rabbit sitting chair",
        "A duo of anthro rabbits are sitting. There is also a chair.",
    ),
    "a passenger is no other person": (
        "1girl passenger seat",
        "A female passenger. There is also a seat.",
    ),
    "a person of no sex is the astronaut": (
        "1other ambiguous_gender astronaut",
        "An astronaut of ambiguous gender.",
    ),
    "a named weapon is the spear": (
        "1boy gae_bolg_(fate) spear polearm weapon night",
        "A boy is shown at night. There is also the spear Gae Bolg.",
    ),
    "the name of a series says nothing of the night": (
        "1girl excalibur_(fate/stay_night) sword night",
        "A girl is shown at night. There is also the sword Excalibur.",
    ),
    "one cup": (
        "1girl coffee_cup cup disposable_cup holding holding_cup",
        "A girl holds a disposable coffee cup.",
    ),
    "a ship of a scene is on the water too": (
        "scenery ship ocean no_humans",
        "Scenery with a ship is shown on the ocean, with no people in sight.",
    ),
    "the village may burn as well as the dragon": (
        "dragon village burning no_humans",
        "A dragon is in a village, with no people in sight. There is also something burning.",
    ),
    "alone it is the demon that burns": ("1girl demon burning", "A demon girl is burning."),
    "it is she who is seen from behind, and not the sheet": (
        "1girl standing from_behind full_body reference_sheet multiple_views white_background",
        "A girl is standing, seen from behind in a full body view. The scene is shown as a reference sheet "
        "in multiple views against a white background.",
    ),
    "in an aquarium the fish are underwater": (
        "2girls aquarium underwater bubble indoors holding_hands jellyfish",
        "Two girls are holding hands indoors in an aquarium. There is also a jellyfish.",
    ),
    "a machine is welded and does not weld": (
        "no_humans mecha hangar welding sparks damaged",
        "A damaged mecha is in a hangar, with no people in sight. There are also sparks.",
    ),
    "the stripes are those of the shirt": (
        "1girl vertical_stripes vertical-striped_shirt",
        "A girl wears a vertical-striped shirt.",
    ),
    "the diamond is the shape of the pupils": (
        "1boy diamond_(shape) diamond-shaped_pupils yellow_eyes",
        "A boy has yellow eyes and diamond-shaped pupils.",
    ),
    "one of four wears a jacket over the uniform": (
        "4girls school_uniform pink_jacket sitting",
        "Four girls wear school uniforms. They are sitting. Their outfits include a pink jacket.",
    ),
    "a red fox is a true fox": (
        "feral group mammal fox red_fox true_fox parent parent_and_child ambient_wildlife",
        "A group of feral red foxes, parent and child. There is also wildlife.",
    ),
    "a family of animals is no second animal": (
        "anthro male mustelid musteloid lutrine otter apron",
        "A male anthro otter wears an apron.",
    ),
    "the focus is on the one who is there": (
        "1other other_focus plague_doctor_mask",
        "A person wears a plague doctor mask.",
    ),
    "whoever rides does not walk": (
        "1boy 1girl walking riding horse horseback_riding",
        "A girl and a boy are shown. Their actions include riding a horse and walking.",
    ),
    "one of several drawings is a headshot": (
        "feral gryphon front_view rear_view headshot_portrait",
        "A feral gryphon is seen from the front and from behind.",
    ),
    "black and red are the sides of the cape": (
        "1girl black_cape red_cape two-sided_cape",
        "A girl wears a two-sided cape.",
    ),
    "the umbrella is transparent, and the crowd has no faces": (
        "1girl solo crowd faceless transparent transparent_umbrella umbrella holding_umbrella",
        "A girl holds a transparent umbrella. There is also a crowd.",
    ),
    "the flippers of whales are no shoes": (
        "feral trio orca flippers swimming",
        "A trio of feral orcas with flippers are swimming.",
    ),
    "a cockpit is a part of the mecha": (
        "no_humans mecha hangar cockpit",
        "A mecha is in a hangar, with no people in sight. There is also a cockpit.",
    ),
    "a figure on a shelf wears no headphones": (
        "no_humans room bed headphones figure",
        "A bed, a figure and headphones are shown in a room, with no people in sight.",
    ),
    "in a duel both hold swords": (
        "2girls duel holding_sword sword",
        "Two girls are in a duel. Their actions include holding a sword.",
    ),
    "livestock has no article": (
        "feral group trio wolf livestock standing",
        "A trio of feral characters, a wolf and livestock, are shown. Their actions include standing.",
    ),
    "who is partly under water is in the river": (
        "feral otter duo floating river partially_submerged",
        "A duo of feral otters are in a river. Their actions include floating.",
    ),
    "an island is seen from the station": (
        "no_humans scenery train train_station island ocean",
        "Scenery with a train, the ocean and an island is shown at a train station, with no people in sight.",
    ),
    "the one other is the robot": (
        "1other robot humanoid_robot solo one-eyed straw_hat",
        "A one-eyed humanoid robot wears a straw hat.",
    ),
    "nobody plays in a group hug": (
        "6+boys playing_soccer group_hug",
        "A group of boys are in a group hug.",
    ),
    "a door is between indoors and outdoors": (
        "1girl indoors outdoors door standing",
        "A girl is standing. There is also a door.",
    ),
    "of two animals one may wear the uniform": (
        "anthro badger squirrel duo uniform",
        "A duo of anthro characters, a badger and a squirrel, are shown. Their outfits include a uniform.",
    ),
    "who is barefoot wears no slippers": (
        "1girl barefoot slippers denim_shorts standing",
        "A girl wears denim shorts. She is standing, barefoot. There are also slippers.",
    ),
    "a slipped strap is no garment": (
        "1girl tank_top strap_slip standing",
        "A girl wears a tank top. She is standing, with a slipped strap.",
    ),
    "of two one wears the raincoat and one the hoodie": (
        "1girl 1boy siblings yellow_raincoat raincoat black_hoodie hoodie",
        "A girl and a boy, siblings, are shown. Their outfits include a yellow raincoat and a black hoodie.",
    ),
    "who wears track pants wears no school uniform": (
        "2girls school_uniform track_pants sitting",
        "Two girls are sitting. Their outfits include a school uniform and track pants.",
    ),
    "above the clouds the sky is clear": (
        "3girls above_clouds sky cloud hiking",
        "Three girls are hiking above the clouds.",
    ),
    "the black hair is not that of the bald one": (
        "2boys old old_man child grandfather_and_grandson bald black_hair sitting",
        "An old man and a boy, grandfather and grandson, are shown. Their actions include sitting. The "
        "old man is bald, and the boy has black hair.",
    ),
    "a red fox is no arctic fox": (
        "feral duo fox true_fox red_fox arctic_fox",
        "A duo of feral characters, a red fox and an arctic fox.",
    ),
    "of the moods of a chart nobody has all": (
        "1boy expression_chart frown grin crying standing",
        "A boy is standing. The scene is shown as an expression chart.",
    ),
    "nobody sews in a still life": (
        "no_humans still_life sewing_machine sewing buttons mannequin",
        "A still life with a sewing machine, a mannequin and buttons is shown with no people in sight.",
    ),
    "not the bird is partially submerged": (
        "no_humans scenery ruins train_station water partially_submerged bird",
        "Scenery with water, ruins and a bird is shown at a train station, with no people in sight.",
    ),
    "a striped and a checkered shirt are two": (
        "1boy 1girl father_and_daughter striped_shirt plaid_shirt",
        "A man and a girl, father and daughter, are shown. Their outfits include a striped shirt and a "
        "plaid shirt.",
    ),
    "who is seen from behind faces away": (
        "1boy 1girl standing facing_away from_behind",
        "A girl and a boy are standing, seen from behind.",
    ),
    "an otter that cooks is no fish": (
        "anthro male mustelid musteline lutrine apron cooking fish food",
        "A male anthro otter wears an apron. He is cooking. Food and fish are in view too.",
    ),
    "beside white hair black hair is that of no old man": (
        "2boys old_man black_hair white_hair standing",
        "Two boys, an old man among them, are standing. The old man has white hair. Visible details "
        "include black hair.",
    ),
    "one of two kneels in the box": (
        "2girls in_box kneeling",
        "Two girls are shown. Their actions include kneeling.",
    ),
    "sunglasses that hang from a shirt are not worn": (
        "1boy sunglasses eyewear_hang hoodie",
        "A boy with sunglasses hanging from his clothes wears a hoodie.",
    ),
    "the dog wears the clothes of animals": (
        "1girl dog raincoat animal_clothes",
        "A girl wears a raincoat and is shown with a dog.",
    ),
    "not the pilot is scratched": (
        "1girl mecha scratches pilot_suit",
        "A girl wears a pilot suit and is shown with a mecha.",
    ),
    "a girl and a boy may not both wear hakama": (
        "1boy 1girl hakama running",
        "A girl and a boy are running. Their outfits include hakama.",
    ),
    "a fish tank stands in a bedroom": (
        "no_humans still_life bed bedroom aquarium indoors",
        "A still life with a bed and an aquarium is shown indoors in a bedroom, with no people in sight.",
    ),
    "what is on somebody is told last": (
        "1boy goggles_on_head abs standing",
        "A boy has abs and goggles on his head. He is standing.",
    ),
    "a mecha with one eye has no green eyes": (
        "mecha one-eyed green_eyes hangar no_humans",
        "A one-eyed mecha has a green eye. It is in a hangar, with no people in sight.",
    ),
    "the beak is that of the mask": (
        "1other plague_doctor_mask beak standing",
        "A person wears a plague doctor mask. They are standing.",
    ),
    "of a stack of books one book is read": (
        "1girl lying on_front reading book open_book stack_of_books",
        "A girl is lying on her front and reading an open book. There is also a stack of books.",
    ),
    "the river is frozen, and not the train": (
        "train river frozen wet outdoors no_humans",
        "A train is outdoors near a river, with no people in sight.",
    ),
    "of too many cats some are told": (
        "too_many_cats cat black_cat white_cat sitting no_humans",
        "Multiple cats, among them a black cat and a white cat, are sitting, with no people in sight.",
    ),
    "skin-tight is the bodysuit": (
        "1girl bodysuit skin_tight gloves",
        "A girl wears a bodysuit and gloves.",
    ),
    "whose mouth is open is left out": (
        "2girls sitting open_mouth closed_mouth",
        "Two girls are sitting.",
    ),
    "people differ in height": (
        "2girls height_difference black_hair",
        "Two girls are shown. They differ in height. Visible details include black hair.",
    ),
    "two others are the robots": (
        "2others robot no_humans sitting looking_at_another",
        "Two robots are sitting, with no people in sight. Visible details include a look at the other.",
    ),
    "one other beside a girl is the robot": (
        "1girl 1other robot hood walking",
        "A girl wears a hood and is shown with a robot. She is walking.",
    ),
    "a beard is not the girl's": (
        "1girl 1boy beard brown_hair",
        "A girl and a man are shown. The man has a beard. Visible details include brown hair.",
    ),
    "a bride is the girl": ("1girl 1boy bride", "A girl and a boy are shown. The girl is a bride."),
    "each of two is a kind": ("2girls angel demon", "Two girls, an angel and a demon."),
    "but one may be an elf and a maid": ("2girls elf maid", "Two girls, an elf among them."),
    "people of no sex": (
        "2others ambiguous_gender ninja samurai",
        "Two people of ambiguous gender, a ninja and a samurai.",
    ),
    "who shares an umbrella holds it": (
        "1girl 1boy sharing_umbrella umbrella holding_umbrella rain wet",
        "A girl and a boy are sharing an umbrella in the rain. Visible details include wet skin.",
    ),
    "a nurse does not lie in the bed": (
        "1girl 1boy nurse doctor lying under_covers hospital",
        "A girl and a boy are in a hospital. Their actions include lying under the covers. One is a nurse"
        " and the other is a doctor.",
    ),
    "of more than two some are related": (
        "4girls twins sisters",
        "Four girls, twin sisters among them.",
    ),
    "what two do to another person they do to the other": (
        "2girls sitting leaning_on_person head_on_another's_shoulder",
        "Two girls are shown, one of them leaning on the other. Their other actions include sitting. "
        "Visible details include a head on the other's shoulder.",
    ),
    "what is unworn is not worn": (
        "1girl 1boy straw_hat hat unworn_hat unworn_headwear",
        "A girl and a boy. There is also an unworn straw hat.",
    ),
    "a cicada near people is no company": ("2boys cicada", "Two boys. There is also a cicada."),
    "who is larger and who smaller": (
        "duo anthro hare wolf larger_male smaller_female",
        "A duo of anthro characters, a hare and a wolf, are shown. They differ in size.",
    ),
    "families of animals go without saying": (
        "duo anthro deer cervid wolf",
        "A duo of anthro characters, a deer and a wolf.",
    ),
    "somebody shown several times does one thing at a time": (
        "1girl multiple_views angry crying smile",
        "A girl is angry, crying and smiling by turns, in multiple views.",
    ),
    "who is old is no girl": (
        "1girl 1boy old_man old_woman couple",
        "An old woman and an old man, a couple.",
    ),
    "a father is a man, and the stubble his": (
        "1boy 1girl father_and_daughter stubble twintails peeling smile kotatsu",
        "A man and a girl, father and daughter, are shown. The girl has twintails, and the man has "
        "stubble. Visible details include a smile. There is also a kotatsu.",
    ),
    "a grandfather and his grandson": (
        "2boys grandfather_and_grandson old_man walking",
        "An old man and a boy, grandfather and grandson, are walking.",
    ),
    "two colours of two people": (
        "2girls black_hair blonde_hair school_uniform",
        "Two girls, one with black hair and the other with blonde hair, wear school uniforms.",
    ),
    "two lengths of two": (
        "2girls black_hair long_hair short_hair sitting",
        "Two girls are sitting. One has long hair and the other has short hair. Visible details include "
        "black hair.",
    ),
    "what one of six has is left out": (
        "3girls 3boys beard glasses peeling one_eye_closed holding_knife chef_uniform kitchen smile",
        "Three girls and three boys are in a kitchen. Their actions include holding a knife. Visible "
        "details include a beard, one eye closed and a smile. Their outfits include glasses and a chef "
        "uniform.",
    ),
    "what one of two does and has": (
        "2girls glasses sitting reading book holding_book tongue_out",
        "Two girls are sitting. Their actions include holding a book and reading. Visible details include"
        " a tongue out. Their outfits include glasses.",
    ),
    "a police officer and a thief": (
        "1girl 1boy police_officer police_uniform thief running",
        "A girl and a boy are running. One is a police officer and the other is a thief. Their "
        "outfits include a police uniform.",
    ),
    "a uniform of one and a dress of the other": (
        "2girls school_uniform dress standing",
        "Two girls are standing. Their outfits include a school uniform and a dress.",
    ),
    "black hair beside grey hair is that of the young": (
        "1boy old_woman 1girl grey_hair black_hair sitting",
        "An old woman and a boy are sitting. The old woman has grey hair, and the boy has black hair.",
    ),
    "a dragon and a mouse that are a duo": (
        "duo anthro dragon mouse smile inside",
        "A duo of anthro characters, a dragon and a mouse, are indoors. Visible details include a smile.",
    ),
    "grey hair beside a child is that of the old": (
        "2girls multiple_girls old_woman female_child grey_hair sitting",
        "An old woman and a young girl are sitting. The old woman has grey hair.",
    ),
    "who pushes a wheelchair does not sit": (
        "1girl 1boy wheelchair sitting pushing_wheelchair park",
        "A girl and a boy are in a park. Their actions include pushing a wheelchair and sitting.",
    ),
    "beside a cat nobody knows who sleeps": (
        "2girls cat sitting sleeping smile",
        "Two girls are sitting. With them is a cat. Visible details include a smile.",
    ),
    "a robot that sits beside a deer": (
        "no_humans robot deer sitting field",
        "A robot and a deer are in a field, with no people in sight.",
    ),
    "three maids": ("3girls maid standing", "Three girls who are maids are standing."),
    "a butterfly is none of the lions": (
        "group feral lion butterfly lying savanna",
        "A group of feral lions are lying in a savanna. There is also a butterfly.",
    ),
    "two postures of two": (
        "1girl 1boy bed lying under_covers sitting",
        "A girl and a boy are shown. Their actions include sitting and lying under the covers. There is "
        "also a bed.",
    ),
    "who is angry and who smiles": (
        "2boys angry smile standing",
        "Two boys are standing. Visible details include an angry face and a smile.",
    ),
    "triplets are brothers": ("3boys triplets brothers", "Three boys, triplet brothers."),
    "a dress of the only girl is one": (
        "1girl 1boy pink_dress gown dress long_dress",
        "A girl and a boy are shown. The girl wears a long pink gown.",
    ),
    "a room in a castle": (
        "1girl 1boy castle throne_room kneeling",
        "A girl and a boy are in a throne room in a castle. Their actions include kneeling.",
    ),
    "of a duo one is anthro and one feral": (
        "duo anthro feral dragon size_difference",
        "A duo of dragons, anthro and feral, are shown. They differ in size.",
    ),
    "what only one of a duo is": (
        "duo anthro wolf muscular_male chubby_female",
        "A duo of anthro wolves, a muscular male and a chubby female among them.",
    ),
    "the katana Masamune is the katana": (
        "2boys masamune_(ff7) katana sword weapon",
        "Two boys. There is also the katana Masamune.",
    ),
    "who sits in a car is on the road in it": (
        "2girls convertible sitting driving road",
        "Two girls are sitting in a convertible on a road. Their actions include driving.",
    ),
    "breeds are some of the dogs": (
        "1girl 1boy multiple_dogs shiba_inu golden_retriever",
        "A girl and a boy are shown. With them are multiple dogs, among them a shiba inu and a "
        "golden retriever.",
    ),
    "no tag tells whether a ghost is one of them": (
        "2boys ghost running",
        "Two boys are running. There is also a ghost.",
    ),
    "sisters of whom one is older": ("2girls sisters older_sister", "Two girls, sisters."),
    "a waitress among animals": (
        "trio anthro female deer squirrel hedgehog waitress",
        "A trio of female anthro characters, a deer, a squirrel and a hedgehog, a waitress among them.",
    ),
    "not the riders breathe fire": (
        "1girl dragon dragon_riding breathing_fire",
        "A girl is riding a dragon. There is also fire breath.",
    ),
    "robots beside a girl are as many as the others": (
        "1girl 2others robot apron",
        "A girl wears an apron and is shown with two robots.",
    ),
    "others who are skeletons": (
        "3others skeleton no_humans dancing",
        "Three skeletons are dancing, with no people in sight.",
    ),
    "the only girl is the cat girl": ("1girl 2boys cat_girl", "A cat girl and two boys."),
    "nobody is in two rooms": (
        "1girl 1boy comic bedroom office",
        "A girl and a boy are in a bedroom. The scene is shown as a comic.",
    ),
    "the one other is the alien": (
        "1girl 1other alien blue_skin sitting",
        "A girl and an alien are sitting. Visible details include blue skin.",
    ),
    "what is served at dinner is no company": (
        "2girls turkey dinner",
        "Two girls are shown at dinner. There is also turkey.",
    ),
    "an old man has the beard": (
        "2girls 1boy old_man beard",
        "Two girls and an old man are shown. The old man has a beard.",
    ),
    "the child beside an old man is the girl": (
        "1girl 1boy old_man child",
        "A girl and an old man are shown. The girl is a child.",
    ),
    "one uniform is no part of another": (
        "4girls gym_uniform summer_uniform",
        "Four girls wear gym uniforms and summer uniforms.",
    ),
    "three are no orchestra": ("3girls orchestra", "Three girls. There is also an orchestra."),
    "swords with names are several": (
        "2boys kanshou_&_bakuya_(fate)",
        "Two boys. There are also the swords Kanshou and Bakuya.",
    ),
    "states come last": (
        "1boy barefoot smile looking_up field",
        "A boy is smiling and looking up, in a field, barefoot.",
    ),
    "people before a scenery": (
        "2girls scenery walking",
        "Two girls are walking.",
    ),
    "a comic is a comic, and not those in it": (
        "2boys standing comic greyscale",
        "Two boys are standing. The scene is shown as a comic, in greyscale.",
    ),
    "one garment": (
        "1girl sleeveless strapless dress white_dress frills",
        "A girl wears a white sleeveless strapless dress with frills.",
    ),
    "sleeves stand at their garment": (
        "1girl white_shirt long_sleeves wide_sleeves vest",
        "A girl wears a vest, and a white shirt with long and wide sleeves.",
    ),
    "a colour belongs to the only thing of its kind": (
        "1girl white_headwear beanie black_footwear thigh_boots",
        "A girl wears a white beanie and black thigh boots.",
    ),
    "also of vehicles": (
        "no_humans car red_car sports_car night",
        "A red sports car is shown at night, with no people in sight.",
    ),
    "also of what is held": (
        "1boy smoking cigarette smoke holding_umbrella red_umbrella oil-paper_umbrella",
        "A boy holds a red oil-paper umbrella. He is smoking a cigarette. There is also smoke.",
    ),
    "a kind says what is broader": ("1boy black_suit tuxedo formal", "A boy wears a black tuxedo."),
    "states that mean the same": (
        "1girl mirror broken_mirror cracked_mirror dead_tree bare_tree",
        "A girl. A cracked mirror and a dead tree are in view too.",
    ),
    "what was taken off and is held": (
        "1girl helmet helmet_removed holding_helmet",
        "A girl holds a helmet.",
    ),
    "hats that are no colours": (
        "1girl straw_hat beret witch_hat",
        "A girl wears a beret.",
    ),
    "garments named by a sport": (
        "1girl riding_helmet riding_boots horseback_riding horse",
        "A girl wears a riding helmet and riding boots. She is riding on horseback.",
    ),
    "parts of the animal that is ridden": (
        "1girl dragon_riding dragon green_scales dragon_wings claws knight",
        "A female knight is riding a dragon with green scales, wings and claws.",
    ),
    "parts of an animal beside somebody": (
        "1girl shark octopus tentacles swimming",
        "A girl is shown with a shark and an octopus with tentacles. She is swimming.",
    ),
    "a foe is somebody else": (
        "1boy knight skeleton sword dungeon",
        "A knight is shown with a skeleton. He is in a dungeon. There is also a sword.",
    ),
    "a young animal": (
        "no_humans seal_(animal) baby_animal beach",
        "A baby seal is at the beach, with no people in sight.",
    ),
    "animals that are some of many": (
        "no_humans multiple_cats cat black_cat white_cat sitting",
        "Multiple cats, among them a black cat and a white cat, are sitting, with no people in sight.",
    ),
    "indoors is in a castle": (
        "1girl throne castle indoors standing",
        "A girl is standing indoors in a castle. There is also a throne.",
    ),
    "nobody in the street is on a balcony": (
        "1boy scooter riding street balcony city",
        "A boy is riding a scooter on a street in a city. There is also a balcony.",
    ),
    "a ponytail of one of several": (
        "2girls 1boy ponytail glasses",
        "Two girls and a boy are shown. Visible details include a ponytail. Their outfits include glasses.",
    ),
    "of several nothing that one has is said of all": (
        "3girls smile glasses blue_eyes ponytail scarf crossed_arms",
        "Three girls are shown. Visible details include a ponytail, blue eyes, crossed arms and a "
        "smile. Their outfits include glasses and a scarf.",
    ),
    "what one of two does to the other": (
        "2girls cutting_hair scissors holding_scissors sitting standing",
        "Two girls are shown. Their actions include holding scissors, cutting hair, sitting and standing.",
    ),
    "a tag that names the other": (
        "2girls brushing_another's_hair brushing_hair sitting",
        "Two girls are shown. Their actions include brushing the other's hair and sitting.",
    ),
    "what all may do is not that of one": (
        "3boys cooking eating kitchen",
        "Three boys are in a kitchen. Their actions include cooking and eating.",
    ),
    "a game by its board": (
        "2boys playing_games shogi_board sitting",
        "Two boys are sitting and playing shogi. There is also a shogi board.",
    ),
    "nobody counts a group": ("6+girls 2boys walking", "A group of girls and two boys are walking."),
    "one in a crowd": (
        "1girl 6+girls 6+boys solo_focus red_scarf standing",
        "A girl, among a crowd of girls and boys, wears a red scarf. She is standing.",
    ),
    "one of two knights": ("2girls knight standing", "Two girls, a knight among them, are standing."),
    "a teacher and a student in no order": (
        "1girl 1boy teacher_and_student standing",
        "A girl and a boy are standing. One is the teacher and the other is the student.",
    ),
    "a yukata and a jinbei are those of two": (
        "1girl 1boy yukata jinbei",
        "A girl and a boy are shown. Their outfits include a yukata and a jinbei.",
    ),
    "one kimono of a colour is that of one": (
        "2girls red_kimono",
        "Two girls are shown. Their outfits include a red kimono.",
    ),
    "kimonos of two colours are those of two": (
        "2girls red_kimono blue_kimono",
        "Two girls are shown. Their outfits include red and blue kimonos.",
    ),
    "a duel that has verbs": (
        "2boys duel eye_contact fencing",
        "Two boys are making eye contact and fencing in a duel.",
    ),
    "settings are one": (
        "1girl medieval fantasy standing",
        "A girl is standing, in a medieval fantasy setting.",
    ),
    "where no human is, all are skeletons": (
        "2boys skeleton brothers no_humans",
        "Two boys who are skeletons, brothers.",
    ),
    "a fox mask that is on a head": (
        "2girls mask mask_on_head fox_mask",
        "Two girls are shown. Visible details include a fox mask on the head.",
    ),
    "three in a hug": (
        "3girls hug_from_behind standing",
        "Three girls are standing. Visible details include a hug from behind.",
    ),
    "who eats of two no tag tells": (
        "1girl 1boy eating crying streaming_tears sitting",
        "A girl and a boy are sitting. Their actions include eating. Visible details include streaming "
        "tears.",
    ),
    "of several umbrellas one is held": (
        "6+girls red_umbrella transparent_umbrella holding_umbrella rain",
        "A group of girls are in the rain. Their actions include holding an umbrella. A red umbrella and "
        "a transparent umbrella are in view too.",
    ),
    "the penguin is the stuffed animal": (
        "1girl 1boy stuffed_animal penguin holding_stuffed_animal",
        "A girl and a boy are shown. Their actions include holding a stuffed animal. There is also a "
        "penguin.",
    ),
    "who flies sits": (
        "2girls flying sidesaddle broom_riding",
        "Two girls are shown. Their actions include riding a broom, flying and sitting sidesaddle.",
    ),
    "a hand of the other is held": (
        "2girls holding_another's_hand holding_bouquet kneeling",
        "Two girls are shown. Their actions include holding the other's hand, holding a bouquet and "
        "kneeling.",
    ),
    "one kisses the other": (
        "2girls kissing_cheek standing",
        "Two girls are standing, one kissing the other on the cheek.",
    ),
    "a kiss beside a hug": (
        "2boys hug_from_behind kiss_on_cheek",
        "Two boys are shown, one hugging the other from behind. Visible details include a kiss on the cheek.",
    ),
    "three are no two who kiss": (
        "3girls kissing_cheek standing",
        "Three girls are standing. Visible details include a kiss on the cheek.",
    ),
    "hands are shaken by two": (
        "2girls handshake",
        "Two girls are shaking hands.",
    ),
    "what is done together": (
        "1boy 1girl cooking_together",
        "A girl and a boy are cooking together.",
    ),
    "whose hair is brushed no tag tells": (
        "2girls brushing_hair hairbrush",
        "Two girls are shown. Their actions include brushing hair. There is also a hairbrush.",
    ),
    "who has a massage no tag tells": (
        "1boy 1girl massage",
        "A girl and a boy are shown during a massage.",
    ),
    "a promise of two": (
        "2girls pinky_swear",
        "Two girls are making a pinky swear.",
    ),
    "a hand on the other": (
        "2girls hand_on_another's_shoulder standing",
        "Two girls are standing. Visible details include a hand on the other's shoulder.",
    ),
    "one colour of hair is not told of two who have names or sexes": (
        "1girl 1boy black_hair sitting",
        "A girl and a boy are sitting. Visible details include black hair.",
    ),
    "an umbrella is shared by two": (
        "2girls shared_umbrella rain walking",
        "Two girls are walking in the rain, sharing an umbrella.",
    ),
    "who of two has the suit": (
        "1girl 1boy dress suit ballroom",
        "A girl and a boy are in a ballroom. The girl wears a dress, and the boy wears a suit.",
    ),
    "the flamingo is inflatable": (
        "2girls flamingo inflatable_toy pool",
        "Two girls are at a pool. An inflatable toy and a flamingo are in view too.",
    ),
    "a maid and a princess in no headdress of both": (
        "2girls maid princess maid_headdress standing",
        "Two girls, a maid and a princess, are standing. Their outfits include a maid headdress.",
    ),
    "the nurse wears no hospital gown": (
        "1girl 1boy nurse patient white_dress hospital_gown sitting",
        "A girl and a boy are shown. Their actions include sitting. One is a nurse and the other "
        "is a patient. The girl wears a white dress. Their outfits include a hospital gown.",
    ),
    "one of two is the firefighter": (
        "1girl 1boy firefighter pajamas princess_carry",
        "A girl and a boy, a firefighter among them, are shown, one carrying the other in a "
        "princess carry. Their outfits include pajamas.",
    ),
    "a singer before a crowd": (
        "1girl 6+others singing stage pink_hair",
        "A girl, among a group of other people, has pink hair. She is singing on a stage.",
    ),
    "a beard is the old man's": (
        "2boys old_man child beard grandfather_and_grandson sitting",
        "An old man and a boy, grandfather and grandson, are shown. Their actions include sitting. The "
        "old man has a beard.",
    ),
    "father and mother of a son": (
        "1girl 1boy baby mother_and_son husband_and_wife sitting",
        "A man and a woman, mother and son, and husband and wife among them, are shown. With them is a "
        "baby. Their actions include sitting.",
    ),
    "knight and mage in no order": (
        "1girl 1boy knight mage standing",
        "A girl and a boy are standing. One is a knight and the other is a mage.",
    ),
    "who holds hands holds no arms": (
        "1girl mechanical_arms holding_hands standing",
        "A girl has mechanical arms. She is standing and holding hands with somebody.",
    ),
    "the patient lies and not the surgeon": (
        "2boys surgeon patient lying holding_scalpel",
        "Two boys, a surgeon and a patient, are shown. Their actions include holding a scalpel and lying.",
    ),
    "a princess is no knight beside a prince": (
        "1girl 1boy prince princess knight standing",
        "A girl and a boy, a knight among them, are standing. The girl is a princess, and the "
        "boy is a prince.",
    ),
    "of a teacher and a student one wears a school uniform": (
        "1girl 1boy teacher student school_uniform",
        "A girl and a boy are shown. One is a teacher and the other is a student. Their "
        "outfits include a school uniform.",
    ),
    "a ghost's kimono is no part of a uniform": (
        "2girls ghost school_uniform white_kimono",
        "Two girls are shown. Their outfits include a school uniform and a white kimono. There is also a "
        "ghost.",
    ),
    "who mixes drinks does not sit": (
        "1girl 1boy bartender bar sitting shaking cocktail_shaker",
        "A girl and a boy, a bartender among them, are in a bar. Their actions include shaking a cocktail"
        " shaker and sitting.",
    ),
    "a model poses for a painter": (
        "2boys painter model posing holding_paintbrush",
        "Two boys, a painter and a model, are shown. Their actions include holding a paintbrush and posing.",
    ),
    "who cuts hair does not sit": (
        "1boy 1girl cutting_hair scissors sitting glasses",
        "A girl and a boy are shown. Their actions include cutting hair and sitting. Their outfits "
        "include glasses. There are also scissors.",
    ),
    "a quality of the only one of a sex": (
        "1girl 1boy mature_male father_and_daughter",
        "A man and a girl, father and daughter.",
    ),
    "of several one thing that each of them does alone is said": (
        "1girl 2boys hand_on_own_hip hood_up on_side",
        "A girl and two boys are shown. Their actions include lying on the side. Visible details include "
        "a hand on the hip and a hood up.",
    ),
    "a female and a male are two": (
        "male female anthro fox wolf",
        "Anthro characters of both sexes, a fox and a wolf.",
    ),
    "marks are in the picture": (
        "1girl speech_bubble english_text bokeh from_side chibi",
        "A girl is seen from the side, in chibi form, with bokeh. A speech bubble and English text "
        "are in view too.",
    ),
    "schools have names": (
        "1girl mitakihara_school_uniform",
        "A girl wears a Mitakihara school uniform.",
    ),
    "and seasons none": ("1girl summer_school_uniform", "A girl wears a summer school uniform."),
    "a print is on the garment": (
        "1girl furisode red_kimono floral_print obi",
        "A girl wears an obi and a red furisode with a floral print.",
    ),
    "a print without one is on some clothes": (
        "1girl skirt shirt animal_print",
        "A girl wears a skirt, a shirt and clothes with an animal print.",
    ),
    "hair that covers an eye is some of the hair": (
        "1girl white_hair hair_over_one_eye",
        "A girl has white hair and locks over one eye.",
    ),
    "striped clothes are the shirt": (
        "1boy vertical-striped_shirt striped_shirt vertical-striped_clothes "
        "striped_clothes frilled_apron frills",
        "A boy wears a vertical-striped shirt and a frilled apron.",
    ),
    "an open shirt is no T-shirt": (
        "1boy open_shirt plaid_shirt t-shirt",
        "A boy wears an open plaid shirt and a T-shirt.",
    ),
    "a guitar case is an instrument case": (
        "1girl guitar_case instrument_case shark_hood animal_hood",
        "A girl wears a shark hood. There is also a guitar case.",
    ),
    "what nobody wears": (
        "1girl fencing_mask unworn_mask mask rapier",
        "A girl. An unworn fencing mask and a rapier are in view too.",
    ),
    "what is not known is a thing, or is left out": (
        "1girl gizmo 3rd_thingummy",
        "A girl. There is also a gizmo.",
    ),
    "a spacecraft wears no rings": (
        "no_humans spacecraft space planetary_rings collar",
        "A spacecraft is in space, with no people in sight. A collar and planetary rings are in view too.",
    ),
    "in space there is no sky": (
        "1girl astronaut space moon star_(sky)",
        "A female astronaut is in space. The moon and stars are in view too.",
    ),
    "an oversized animal is no oversized boy": (
        "1boy oversized_animal tiger white_tiger sleeping",
        "A boy is shown with an oversized white tiger. He is sleeping.",
    ),
    "the collar is the dog's": (
        "1girl dog red_collar collar hat",
        "A girl wears a hat and is shown with a dog. There is also a red collar.",
    ),
    "rain makes no cat wet": (
        "no_humans cat rain wet alley",
        "A cat is in an alley in the rain, with no people in sight. There is also wet ground.",
    ),
    "a crab beside a dog wears nothing": (
        "no_humans corgi crab sunglasses running",
        "A corgi wears sunglasses. It is running, with no people in sight. There is also a crab.",
    ),
    "nor an insect beside a frog": (
        "no_humans frog dragonfly crown sitting",
        "A frog wears a crown. It is sitting, with no people in sight. There is also a dragonfly.",
    ),
    "something else bubbles": (
        "1girl witch cauldron bubbling stirring",
        "A witch is stirring a cauldron. There is also something bubbling.",
    ),
    "on a throne one is in the castle": (
        "1boy throne sitting castle",
        "A boy is sitting on a throne in a castle.",
    ),
    "a cabin is on no pier": (
        "scenery cabin lake wooden_pier pier bathhouse no_humans",
        "Scenery with a cabin, a bathhouse, a lake and a wooden pier is shown with no people in sight.",
    ),
    "a platform is at a station": (
        "1girl train_station platform_(train) standing train",
        "A girl is standing on a platform at a train station. There is also a train.",
    ),
    "a view of somebody": (
        "1girl sitting smile from_below full_body white_background simple_background looking_at_viewer "
        "arms_up closed_eyes grass sweat dutch_angle pixel_art film_grain outdoors day",
        "A girl is sitting outdoors by day, smiling, looking at the viewer and sweating, with her arms up "
        "and closed eyes. She is seen from below and at a Dutch angle in a full body view against a simple "
        "white background, in pixel art, with film grain. There is also grass.",
    ),
    "a dusk is a sunset": ("1girl sunset dusk evening standing", "A girl is standing at sunset."),
    "scenery, sky, feathers and focus go without saying": (
        "no_humans owl feathers sky scenery animal_focus branch perched sitting",
        "An owl is perched, with no people in sight. There is also a branch.",
    ),
    "inside a car one drives it": (
        "1girl car car_interior driving rain",
        "A girl is driving a car in the rain.",
    ),
    "a bag that is hugged is on the lap": (
        "1boy backpack hugging_object on_lap train_interior sitting night city_lights",
        "A boy is sitting inside a train at night, hugging a backpack. There are also city lights.",
    ),
    "one box": (
        "1girl in_box in_container box cardboard_box",
        "A girl is in a cardboard box.",
    ),
    "an unworn helmet in the hand": (
        "1girl unworn_helmet helmet holding_helmet holding",
        "A girl holds a helmet.",
    ),
    "a boat above a whale": (
        "no_humans whale humpback_whale calf underwater boat scenery animal_focus",
        "A humpback whale and a calf are underwater, with no people in sight. There is also a boat.",
    ),
    "styles with and without articles": (
        "1girl silhouette 3d science_fiction photorealistic",
        "A girl is shown in silhouette and 3D, in a photorealistic style, in a science fiction setting.",
    ),
    "multicolored hair": (
        "1girl multicolored_hair white_hair long_hair",
        "A girl has long multicolored, partly white hair.",
    ),
    "two cats are two": (
        "no_humans 2cats cat black_cat garden",
        "Two cats, among them a black cat, are in a garden, with no people in sight.",
    ),
    "the jacket of the suit": (
        "1boy black_suit suit black_jacket jacket necktie buttons",
        "A boy wears a black suit and a necktie.",
    ),
    "a lantern of one colour": (
        "no_humans scenery red_lantern paper_lantern lantern",
        "Scenery with a red paper lantern is shown with no people in sight.",
    ),
    "koi of two colours in a pond": (
        "no_humans animal_focus koi fish orange_fish white_fish pond bridge",
        "Orange koi and white koi are in a pond near a bridge, with no people in sight.",
    ),
    "who dresses up": (
        "no_humans cat orange_cat astronaut spacesuit",
        "An orange cat as an astronaut wears a spacesuit. It is shown with no people in sight.",
    ),
    "a bird's own feathers": (
        "no_humans raven bird black_feathers feathers desk",
        "A raven has black feathers. It is shown with no people in sight. There is also a desk.",
    ),
    "an archaeologist is no skeleton": (
        "1girl archaeologist skeleton temple",
        "An archaeologist is shown with a skeleton. She is in a temple.",
    ),
    "one ribbon of a gymnast": (
        "1girl gymnast holding_ribbon ribbon ribbon_(gymnastics) split",
        "A gymnast holds a ribbon. She is doing the splits.",
    ),
    "what floats is the book": (
        "1boy floating floating_book floating_object book levitation",
        "A boy. There is also a floating book.",
    ),
    "one holds the food that is named": (
        "1girl holding_food food burger french_fries eating",
        "A girl is eating. A burger and French fries are in view too.",
    ),
    "a ribbon of two may be blue": (
        "1girl blue_ribbon hair_ribbon neck_ribbon",
        "A girl wears a hair ribbon and a neck ribbon.",
    ),
    "a robot beside a butterfly": (
        "1other robot no_humans humanoid_robot straw_hat butterfly squatting",
        "A humanoid robot wears a straw hat. It is squatting. There is also a butterfly.",
    ),
    "each of several horses has a mane": (
        "no_humans white_horse brown_horse horse mane tail running",
        "A white horse and a brown horse are running, with no people in sight.",
    ),
    "nobody who kneels is in the bathtub": (
        "1boy plumber bathroom bathtub kneeling leaking",
        "A male plumber is kneeling in a bathroom. A bathtub and something leaking are in view too.",
    ),
    "a tortoise has its shell": (
        "no_humans tortoise shell animal eating garden leaf",
        "A tortoise is eating in a garden, with no people in sight. There is also a leaf.",
    ),
    "what was caught is no companion": (
        "1boy ice_fishing fishing_rod fish husky sitting",
        "A boy is shown with a husky. He is sitting and ice fishing. A fishing rod and fish are in view too.",
    ),
    "an otter that fishes is no fish": (
        "anthro male otter fish fishing fishing_rod sitting",
        "A male anthro otter is sitting and fishing. A fishing rod and fish are in view too.",
    ),
    "a shark that surfs is at the beach": (
        "anthro male shark surfboard ocean beach standing",
        "A male anthro shark is standing at the beach near the ocean. There is also a surfboard.",
    ),
    "strings of fate": (
        "1girl string_of_fate pile_of_gold",
        "A girl. A string of fate and a pile of gold are in view too.",
    ),
}


@in_one_test("kind", CASES)
def test_a_draft_says_one_thing_once_and_of_whom_it_is(kind: str) -> None:
    tags, draft = CASES[kind]
    assert compose(tags.split(), {}) == draft


@in_one_test(
    ("tags", "names", "draft"),
    [
        (
            "totoro no_humans frog rain",
            "totoro",
            "Totoro is in the rain, with no people in sight. There is also a frog.",
        ),
        (
            "hikari_(pokemon) piplup 1girl pokemon_(creature) beanie",
            "hikari_(pokemon) piplup",
            "Hikari and Piplup, a pair of a girl and a Pokemon creature, are seen together. The "
            "girl is wearing a beanie.",
        ),
        (
            "bond_(spy_x_family) anya 1girl dog smile",
            "bond_(spy_x_family) anya",
            "Bond and Anya, a pair of a girl and a dog, are seen together. The girl is smiling.",
        ),
        (
            "hu_tao boo_tao 1girl solo ghost holding_lantern",
            "hu_tao boo_tao",
            "Hu Tao and Boo Tao, a pair of a girl and a ghost, are seen together. The girl is "
            "holding a lantern.",
        ),
        (
            "nami usopp 1girl 1boy",
            "nami usopp",
            "Nami and Usopp, a pair of a girl and a boy.",
        ),
        (
            "kirby meta_knight no_humans wings",
            "kirby meta_knight",
            "Kirby and Meta Knight are shown with no people in sight. Visible details include wings.",
        ),
        (
            "nami usopp 1girl 1boy height_difference",
            "nami usopp",
            "Nami and Usopp, a pair of a girl and a boy, are shown. They differ in height.",
        ),
        (
            "1girl solo sailor_moon tsukino_usagi sitting",
            "sailor_moon tsukino_usagi",
            "Tsukino Usagi (Sailor Moon), a girl, is sitting.",
        ),
        (
            "1boy solo link master_sword holding_sword standing",
            "link master_sword",
            "Link, a boy, holds the Master Sword. He is standing.",
        ),
        (
            "2girls magical_girl kaname_madoka akemi_homura sitting",
            "kaname_madoka akemi_homura",
            "Kaname Madoka and Akemi Homura, two girls, are shown. Their actions include sitting.",
        ),
        (
            "charlie_brown snoopy woodstock 1boy dog bird hat",
            "charlie_brown snoopy woodstock",
            "Charlie Brown, Snoopy and Woodstock, a boy, a dog and a bird, are seen together. The "
            "boy is wearing a hat.",
        ),
        (
            "link princess_zelda 1girl 1boy",
            "link princess_zelda",
            "Link and Princess Zelda, a boy and a girl.",
        ),
        (
            "anya bond loid 1girl 1boy dog hat sitting",
            "anya bond loid",
            "Anya, Bond and Loid, a girl, a boy and a dog, are seen together. The girl and the boy "
            "are sitting. Their outfits include a hat.",
        ),
        (
            "1boy solo link epona horse standing",
            "link epona",
            "Link, a boy, is shown with the horse Epona. He is standing.",
        ),
        (
            "1girl solo gawr_gura bloop_(gawr_gura) sitting",
            "gawr_gura bloop_(gawr_gura)",
            "Gawr Gura, a girl, is shown with Bloop. She is sitting.",
        ),
        (
            "toothless hiccup human feral dragon duo male flying",
            "toothless hiccup",
            "Toothless and Hiccup, a duo of characters, are shown. Their actions include flying. One is a"
            " human and the other is a dragon.",
        ),
        (
            "kirby waddle_dee meta_knight pokemon_(creature) no_humans sitting",
            "kirby waddle_dee meta_knight",
            "Kirby, Waddle Dee and Meta Knight are sitting, with no people in sight.",
        ),
        (
            "2girls vi_(arcane) arcane_vi jinx_(arcane) arcane_jinx sitting",
            "vi_(arcane) arcane_vi jinx_(arcane) arcane_jinx",
            "Vi and Jinx, two girls, are sitting.",
        ),
        (
            "2girls artoria_pendragon_(fate) saber_(fate) tohsaka_rin sitting",
            "artoria_pendragon_(fate) saber_(fate) tohsaka_rin",
            "Saber and Tohsaka Rin, two girls, are sitting.",
        ),
        (
            "cheshire_cat no_humans cat grin",
            "cheshire_cat",
            "Cheshire Cat is grinning, with no people in sight.",
        ),
    ],
)
def test_creatures_that_have_names_are_said_by_name(tags: str, names: str, draft: str) -> None:
    assert compose(tags.split(), dict.fromkeys(names.split(), "character")) == draft
