"""Ethnic groups and relations to the head of household: the two long lists. Pure data."""

from __future__ import annotations

from services.registry.codes.domain import CodeList, Label, table

ETHNIC = CodeList(
    "ethnic",
    Label("民族", "Ethnic group"),
    "GB/T 3304",
    "1991",
    "GB/T 3304-1991",
    table("""
01 汉族 Han
02 蒙古族 Mongol
03 回族 Hui
04 藏族 Tibetan
05 维吾尔族 Uyghur
06 苗族 Miao
07 彝族 Yi
08 壮族 Zhuang
09 布依族 Buyei
10 朝鲜族 Korean
11 满族 Manchu
12 侗族 Dong
13 瑶族 Yao
14 白族 Bai
15 土家族 Tujia
16 哈尼族 Hani
17 哈萨克族 Kazakh
18 傣族 Dai
19 黎族 Li
20 傈僳族 Lisu
21 佤族 Wa
22 畲族 She
23 高山族 Gaoshan
24 拉祜族 Lahu
25 水族 Sui
26 东乡族 Dongxiang
27 纳西族 Naxi
28 景颇族 Jingpo
29 柯尔克孜族 Kirgiz
30 土族 Tu
31 达斡尔族 Daur
32 仫佬族 Mulao
33 羌族 Qiang
34 布朗族 Blang
35 撒拉族 Salar
36 毛南族 Maonan
37 仡佬族 Gelao
38 锡伯族 Xibe
39 阿昌族 Achang
40 普米族 Pumi
41 塔吉克族 Tajik
42 怒族 Nu
43 乌孜别克族 Uzbek
44 俄罗斯族 Russian
45 鄂温克族 Ewenki
46 德昂族 De'ang
47 保安族 Bonan
48 裕固族 Yugur
49 京族 Gin
50 塔塔尔族 Tatar
51 独龙族 Derung
52 鄂伦春族 Oroqen
53 赫哲族 Hezhen
54 门巴族 Monba
55 珞巴族 Lhoba
56 基诺族 Jino
57 其他 not recognised as a group of its own
58 外国血统中国籍人士 citizen of foreign descent
"""),
)

RELATION = CodeList(
    "relation",
    Label("与户主关系", "Relation to the head of household"),
    "GB/T 4761",
    "2008",
    "GB/T 4761-2008; editions write the head as 01 or 02: both are taken, 02 is kept",
    table("""
01 本人 self
02 户主 head
10 配偶 spouse
11 夫 husband
12 妻 wife
20 子 son
21 独生子 only son
22 长子 eldest son
23 次子 second son
24 三子 third son
25 四子 fourth son
26 五子 fifth son
27 养子或继子 adopted son or stepson
28 女婿 son-in-law
29 其他儿子 other son
30 女 daughter
31 独生女 only daughter
32 长女 eldest daughter
33 次女 second daughter
34 三女 third daughter
35 四女 fourth daughter
36 五女 fifth daughter
37 养女或继女 adopted daughter or stepdaughter
38 儿媳 daughter-in-law
39 其他女儿 other daughter
40 孙子、孙女 grandchild
41 孙子 son's son
42 孙女 son's daughter
43 外孙 daughter's son
44 外孙女 daughter's daughter
45 孙媳 grandson's wife
46 孙女婿 granddaughter's husband
47 曾孙 great-grandson
48 曾孙女 great-granddaughter
49 其他孙子女 other grandchild
50 父母 parent
51 父 father
52 母 mother
53 公公 husband's father
54 婆婆 husband's mother
55 岳父 wife's father
56 岳母 wife's mother
57 继父或养父 stepfather or adoptive father
58 继母或养母 stepmother or adoptive mother
59 其他父母 other parent
60 祖父母 grandparent
61 祖父 father's father
62 祖母 father's mother
63 外祖父 mother's father
64 外祖母 mother's mother
65 配偶祖父母 spouse's grandparent
66 曾祖父 great-grandfather
67 曾祖母 great-grandmother
68 配偶曾祖父母 spouse's great-grandparent
69 其他祖父母 other grandparent
70 兄弟姐妹 brother or sister
71 兄 elder brother
72 嫂 elder brother's wife
73 弟 younger brother
74 弟媳 younger brother's wife
75 姐 elder sister
76 姐夫 elder sister's husband
77 妹 younger sister
78 妹夫 younger sister's husband
79 其他兄弟姐妹 other brother or sister
80 其他 other
81 伯父 father's elder brother
82 伯母 wife of father's elder brother
83 叔父 father's younger brother
84 婶母 wife of father's younger brother
85 舅父 mother's brother
86 舅母 wife of mother's brother
87 姨父 husband of mother's sister
88 姨母 mother's sister
89 姑父 husband of father's sister
90 姑母 father's sister
91 堂兄弟姐妹 cousin of the same surname
92 表兄弟姐妹 other cousin
93 侄子 brother's son
94 侄女 brother's daughter
95 外甥 sister's son
96 外甥女 sister's daughter
97 其他亲属 other relative
99 非亲属 not related
"""),
)
