"""A poem for each form, written for these tests, that keeps what its form asks for."""

POEMS = {
    "sonnet": """The sill keeps what the afternoon lets fall:
a coin of sun, a pin, a wasp gone light,
the shadow of the bottle on the wall
that thins and lengthens inward toward the night.

By four the orchard has no more to lend.
It pays in pewter, then it pays in lead;
the kettle ticks; the radiators bend
their iron music round the unmade bed.

I lift one hand to where the pane still gave
its leavings, and the bones come up like twigs,
five winter branches nothing grew to save
but this: a net of red, a nest that jigs

with its own heat. So little light. Enough
to see the hand by, and the hand is rough.""",
    "petrarchan sonnet": """The ferry leaves the harbor in the rain,
its lanterns swinging yellow on the tide;
a woman and her brother stand outside
and watch the water where the rope has lain.
They do not speak. The gulls go round again.
Whatever made them quarrel has not died,
but something in the dark has stepped aside
and let them stand together by the chain.

The engine coughs. The pilot turns the wheel.
A bell is rung for somebody unknown,
and all the windows of the town grow small.
She thinks of how the kitchen used to feel,
the table and the blue enamel stone,
and wonders if he thinks of it at all.""",
    "spenserian sonnet": """I built a wall of stones along the hill
and thought the work would keep the years away,
but winter found a gap and entered still
and laid its frost upon the heaps of clay.

The sheep walked through it every other day,
the children carried off the flattest stone,
and I got up and mended, come what may,
and sang a little, working there alone.

Now half the wall is fallen, overgrown
with bramble, and the blackbirds like it so;
the wind has made the northern side its own
and does not ask the mason where to blow.

Whoever builds a wall against the sky
must leave a door where all the birds can fly.""",
    "miltonic sonnet": """When I had lost the letter and the key
and walked the road I walked when I was ten,
the fields were full of women and of men
who bent to work and did not look at me,
and past them I could hear the patient sea
repeat its only sentence, and again
I wanted what I wanted there and then:
a little boat, a wind, and to be free.
But nothing that is given comes for long
without the giving asking something more,
and every road is only half a song.
The evening put its shadow on the floor.
I sat among the reapers and the throng
and heard my mother call me from the door.""",
    "curtal sonnet": """Praise for the bent and rusted things that hold:
the hinge, the nail, the handle of the pail,
the hook whereon the winter coat is hung;
the kettle, black, the copper gone to gold,
the anchor that has never seen a sail,
the broken bell that has not lost its tongue.

All things that people mended in the rain
and set to work again, however frail,
the patched, the glued, the crooked, the unsung,
that creak and hold, and creak and hold again:
their tongue.""",
    "villanelle": """The river takes the color of the stone.
I walk beside it when the light is low.
It does not ask me if I walk alone.

The heron stands as if it had been sown
among the reeds that lean and overflow.
The river takes the color of the stone.

Whatever I had thought to call my own
goes under where the darker currents go.
It does not ask me if I walk alone.

A boat went by; a lantern in it shone
and laid along the bank a moving glow.
The river takes the color of the stone.

I learned a song. The tune of it has flown.
The water hums a tune it seems to know.
It does not ask me if I walk alone.

And if the night should cut me to the bone
and cover all the willows with its snow,
the river takes the color of the stone.
It does not ask me if I walk alone.""",
    "sestina": """My mother kept a garden by the wall
and every day she carried out the water
in a blue pail that had belonged to her father,
past the gray cat, the ladder and the stone
where we would sit and listen for the rain,
our feet in grass, our faces to the light.

She told us beans will always climb toward light
and nothing planted has to mind a wall.
She had no fear of anything but rain
that came too late. She trusted well and water.
She wrote the names of seeds upon a stone
as in a shorter hand had done her father.

I have one photograph that shows her father:
he stands half out of doors, half out of light,
a man as upright as a standing stone,
one palm against the whitewash of the wall,
beside the pump from which he drew the water
in years, she said, that had forgotten rain.

Of course I knew no world without the rain.
I did not know what made a man a father
or what a pail can weigh when full of water.
I only ran between the dark and light
and threw my ball against the garden wall
and hid my treasure underneath the stone.

The year she died we buried by that stone
her trowel and her gloves. It poured with rain.
The ivy shook like something on the wall
that wanted in. I stood beside my father.
We could not see each other for the light
that broke in every drop of falling water.

And now I am the one who carries water.
The ladder rotted; still there is the stone.
I come out early in the slanting light
and smell the soil, and wonder is it rain,
and say aloud the sayings of her father,
and watch the beans go over the old wall.

The wall is warm. I set the pail of water
down for my father, on my mother's stone,
and wait for rain, and lift my face to light.""",
    "pantoum": """The train goes slowly through the sleeping town,
the windows full of faces made of glass;
a paper cup rolls up the aisle and down,
and someone hums, and lets the stations pass.

The windows full of faces made of glass
look out at trees that look a moment in,
and someone hums, and lets the stations pass,
and thinks of all the places he has been.

Look out at trees that look a moment in:
the branches know as little as the rails,
and thinks of all the places he has been
go past like lanterns hung on garden nails.

The branches know as little as the rails;
a paper cup rolls up the aisle and down;
go past like lanterns hung on garden nails,
the train goes slowly through the sleeping town.""",
    "terza rima": """I came at evening to the harbor wall
and found the fishing boats were coming home,
their lanterns low, the water like a shawl

of darker wool along the edge of foam.
The men were calling something to the land,
a single word, beneath the sky's great dome.

I did not know the word. I raised my hand.
The nearest boat came in against the stone
and someone threw a rope I understand

was never meant for me to hold alone,
but there I stood, and there I held it tight,
and felt the weight of it in every bone,

until they came and took it with the light.""",
    "ottava rima": """My neighbor has a parrot, and it swears;
it learned the art from sailors, so he claims.
It sits all day above the cellar stairs
and gives the postman half a dozen names.
The vicar came, and put it in his prayers,
and went away and left it to its games.
I offered it a biscuit and a bell:
it took them both, and told me where to dwell.""",
    "rhyme royal": """The queen came down to where the gardens end
and sat beside the pool without her crown.
She had no news to tell, no word to send;
she only watched the yellow leaves come down
and thought how small from here appeared the town,
how small the tower, and the bell it rings,
and what a weight there is in little things.""",
    "spenserian stanza": """There stood a mill beside the narrow stream
whose wheel had not gone round for forty years;
the moss had made a bed on every beam
and owls had taken over from the gears.
A child who went there once with all her fears
came out again and said it was not so:
it hums, she said, to anyone who hears,
a tune that only wheels and water know,
and turns when no one looks, and turns extremely slow.""",
    "ballad": """The miller kept a lantern lit
for boats that came in late,
and no one asked him what he feared
or why he swung the gate.

The river rose above the stones
and took the lower road;
he rang the bell, he called the names,
he carried every load.""",
    "common measure": """O let the morning find the door
and let the door be wide,
and let us wake a little more
than those who sleep inside.

The lamp was low, the night was long,
the road was out of sight;
we kept our courage with a song
and sang it into light.""",
    "long measure": """The hills are older than the town
and they will be here when we go;
the little paths run up and down
as if they had a thing to show.

I walked them when I was a child
and never met another there;
the wind was always blowing wild
and put its fingers in my hair.""",
    "short measure": """The garden sleeps in snow,
the gate is frozen fast,
but under all the roots that know
the winter will not last.

The bird upon the wire
has puffed itself with cold,
and still it sings, a little fire,
a song that is not old.""",
    "rubaiyat": """Come sit with me and let the kettle sing;
the year has gone and will not leave a thing
but crumbs upon the cloth, an empty chair,
and one more year that has not learned to ring.

They say the wise have counted every star
and know how old we were, how late we are;
I count the raisins in a piece of cake
and find they come out even, near and far.""",
    "in memoriam stanza": """I hear the clock upon the stair
that used to tell him it was late;
I hear the hinges of the gate
and half believe that he is there.

The dog gets up and wags his tail
and listens to the empty hall,
and lies again against the wall,
and outside there is only hail.""",
    "heroic quatrain": """The plough has rusted where the furrow ends;
the house has lost its windows and its name;
the orchard bends the way an old man bends
to look for something in the way he came.

No one remembers who it was that died,
or if they sang, or who had paid the bell;
the grass has grown as green on either side,
and what it covers, it has covered well.""",
    "quatrains": """The cat has found the warmest stair,
the dog has found the mat,
and no one ever finds the chair
that is not full of cat.

The rain has found a broken tile,
the wind has found the key,
and we have sat a little while
with nothing much for tea.""",
    "couplets": """The baker gets up when the others have gone
to their beds, and he whistles until it is dawn.
The street has no color, the shutters are tight,
and the smell of his bread is the end of the night.""",
    "heroic couplets": """A critic is a man who owns a clock
and tells the hour to every crowing cock;
he never sang, and yet he knows the tune,
and finds the sun too early by the moon.
Give me the fool who sings it out of key
before the wise who teach the bird to be.""",
    "limerick": """There was an old sailor from Crete
who wore wooden boots on his feet;
when he walked on the shore
you could hear from next door
the sound of a ship in the street.""",
    "triolet": """The apples fall, and no one counts
the hours they take to reach the ground.
The ladder leans; the morning mounts.
The apples fall, and no one counts
the wasps, the weights, the small amounts.
I heard all night the gentle sound:
the apples fall, and no one counts
the hours they take to reach the ground.""",
    "rondeau": """Before the snow had closed the lane
we walked it once and once again,
and said the things that people say
who know they cannot have the day
and will not talk about the train.

You picked a leaf. You held it plain
against the sky, and every vein
was like a road that ran away
before the snow.

I have it still. It has no stain
of color left. I do not strain
to see your face in it, or pray;
it is a leaf, and it is gray,
and it was green, and wet with rain
before the snow.""",
    "rondel": """The swallows have returned to the old eaves
and all the yard is busy with their cries.
The morning opens slowly, like two eyes,
and puts on one by one its yellow leaves.

It seems that something somewhere still believes
in coming home beneath the empty skies.
The swallows have returned to the old eaves
and all the yard is busy with their cries.

I had been counting what the winter thieves:
it took the bread, the candle, the surprise.
But here is mud, and work, and enterprise,
and nobody who mourns and none who grieves.
The swallows have returned to the old eaves
and all the yard is busy with their cries.""",
    "roundel": """At close of day the boats come in to land
and lay their silver down along the quay.
The old men count it, coin by coin, by hand,
at close of day.

The gulls go up like something thrown away;
the nets are hung; the water and the sand
have nothing that they mean to keep or say.

I used to wait there, trying to understand
what made the evening such a shade of gray,
and why they laughed, and what it was they planned
at close of day.""",
    "ghazal": """The window keeps its one small square of light at night.
I learned to read by it, and learned to write, at night.

The baker and the nurse go by with collars up;
they nod, as people do who work in sight at night.

My mother's letters lie in order in the drawer.
I know them all, and still they are not quite at night.

You said you would be home before the rain began.
It rained. The gate went left, the gate went right, at night.

And who am I, who count the hours upon the wall?
A sparrow in the eaves that thinks of flight at night.""",
    "haiku": """rain on the tin roof
the cat turns over one ear
and gives up on noon""",
    "tanka": """the last bus has gone
and left its warm diesel smell
under the streetlamp
I put down both suitcases
and look at my empty hands""",
    "cinquain": """Snowfall:
the street lays down
its noises, one by one,
until the only thing that speaks
is white.""",
    "acrostic": """Wet leaves along the road,
in every yard a fire;
nothing the summer owed
taken, or paid, or higher.
Even the crows are slow.
Remember this, and go.""",
    "ode stanza": """O patient bench beside the station door,
whom no one thanks and everybody needs,
how many coats and coughs you had before,
how many sandwiches, how many seeds
the pigeons stole from children on your knees;
you held the drunk, the widow from the park,
the boy who waited for a girl till nine,
the old man eating slices off his cheese,
and stood all night in public in the dark
and never asked a soul to read a sign.""",
    "blank verse": """The man who came to mend the kitchen clock
sat down and put his glasses on the cloth
and opened up the back, and looked inside,
and said it was as good as any heart.
My father laughed, and then my father coughed,
and no one spoke until the tea was cold.
I watched the little wheels go round and stop
and thought how much of us is kept in brass.""",
    "free verse": """Somebody left the gate unlatched.
All morning
it says one word
to the wind,
and the wind, who has heard everything,
answers.""",
}
