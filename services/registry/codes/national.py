"""Lists of national standards about a person. Pure data."""

from __future__ import annotations

from services.registry.codes.domain import CodeList, Label, table

SEX = CodeList(
    "sex",
    Label("性别", "Sex"),
    "GB/T 2261.1",
    "2003",
    "GB/T 2261.1-2003 [M]",
    table("""
0 未知的性别 unknown
1 男性 male
2 女性 female
9 未说明的性别 not stated
"""),
)

MARITAL = CodeList(
    "marital",
    Label("婚姻状况", "Marital status"),
    "GB/T 2261.2",
    "2003",
    "GB/T 2261.2-2003",
    table("""
10 未婚 never married
20 已婚 married
21 初婚 married for the first time
22 再婚 married again
23 复婚 married again to the same person
30 丧偶 widowed
40 离婚 divorced
90 未说明的婚姻状况 not stated
"""),
)

HEALTH = CodeList(
    "health",
    Label("健康状况", "State of health"),
    "GB/T 2261.3",
    "2003",
    "GB/T 2261.3-2003, two digits, by a published copy [M]",
    table("""
10 健康或良好 good
20 一般或较弱 fair or weak
30 有慢性病 chronic illness
31 心血管病 cardiovascular disease
32 脑血管病 cerebrovascular disease
33 慢性呼吸系统病 chronic respiratory disease
34 慢性消化系统病 chronic disease of the digestive system
35 慢性肾炎 chronic nephritis
36 结核病 tuberculosis
37 糖尿病 diabetes
38 神经或精神疾病 nervous or mental disease
40 有慢性病（其他） chronic illness (further)
41 癌症 cancer
49 其他慢性病 other chronic illness
60 残疾 disabled
61 视力残疾 disabled in sight
62 听力残疾 disabled in hearing
63 言语残疾 disabled in speech
64 肢体残疾 disabled in a limb
65 智力残疾 disabled in intellect
66 精神残疾 disabled in mind
67 多重残疾 multiply disabled
69 其他残疾 disabled otherwise
"""),
)

WORK_STATUS = CodeList(
    "work-status",
    Label("从业状况（个人身份）", "Work status"),
    "GB/T 2261.4",
    "2003",
    "GB/T 2261.4-2003 [M]",
    table("""
11 国家公务员 civil servant
13 专业技术人员 technical staff
17 职员 clerk
21 企业管理人员 manager in an enterprise
24 工人 worker
27 农民 farmer
31 学生 student
37 现役军人 soldier
51 自由职业者 freelance
54 个体经营者 self-employed
70 无业人员 without work
80 退（离）休人员 retired
90 其他 other
"""),
)

EDUCATION = CodeList(
    "education",
    Label("学历", "Level of education"),
    "GB/T 4658",
    "2006",
    "GB/T 4658-2006 [M]",
    table("""
10 研究生教育 postgraduate
11 博士研究生毕业 doctorate, graduated
12 博士研究生结业 doctorate, completed
13 博士研究生肄业 doctorate, not completed
14 硕士研究生毕业 master's, graduated
15 硕士研究生结业 master's, completed
16 硕士研究生肄业 master's, not completed
17 研究生班毕业 postgraduate class, graduated
18 研究生班结业 postgraduate class, completed
19 研究生班肄业 postgraduate class, not completed
20 大学本科教育 bachelor
21 大学本科毕业 bachelor, graduated
22 大学本科结业 bachelor, completed
23 大学本科肄业 bachelor, not completed
28 大学普通班毕业 general class of a university, graduated
30 大学专科教育 college
31 大学专科毕业 college, graduated
32 大学专科结业 college, completed
33 大学专科肄业 college, not completed
40 中等职业教育 secondary vocational
41 中等专科毕业 specialised secondary, graduated
42 中等专科结业 specialised secondary, completed
43 中等专科肄业 specialised secondary, not completed
44 职业高中毕业 vocational high school, graduated
45 职业高中结业 vocational high school, completed
46 职业高中肄业 vocational high school, not completed
47 技工学校毕业 school for skilled workers, graduated
48 技工学校结业 school for skilled workers, completed
49 技工学校肄业 school for skilled workers, not completed
60 普通高级中学教育 senior high school
61 普通高中毕业 senior high school, graduated
62 普通高中结业 senior high school, completed
63 普通高中肄业 senior high school, not completed
70 初级中学教育 junior high school
71 初中毕业 junior high school, graduated
73 初中肄业 junior high school, not completed
80 小学教育 primary school
81 小学毕业 primary school, graduated
83 小学肄业 primary school, not completed
90 其他 other
"""),
)

POLITICAL = CodeList(
    "political",
    Label("政治面貌", "Political status"),
    "GB/T 4762",
    "1984",
    "GB/T 4762-1984 [M]",
    table("""
01 中国共产党党员 member of the Communist Party
02 中国共产党预备党员 probationary member of the Communist Party
03 中国共产主义青年团团员 member of the Youth League
04 中国国民党革命委员会会员 member of the Revolutionary Committee of the Kuomintang
05 中国民主同盟盟员 member of the Democratic League
06 中国民主建国会会员 member of the Democratic National Construction Association
07 中国民主促进会会员 member of the Association for Promoting Democracy
08 中国农工民主党党员 member of the Peasants' and Workers' Democratic Party
09 中国致公党党员 member of the Zhi Gong Party
10 九三学社社员 member of the Jiusan Society
11 台湾民主自治同盟盟员 member of the Taiwan Democratic Self-Government League
12 无党派民主人士 independent
13 群众 none
"""),
)

DISABILITY_KIND = CodeList(
    "disability-kind",
    Label("残疾类别", "Kind of disability"),
    "GB/T 26341",
    "2010",
    "GB/T 26341-2010 [M]",
    table("""
1 视力残疾 sight
2 听力残疾 hearing
3 言语残疾 speech
4 肢体残疾 limb
5 智力残疾 intellect
6 精神残疾 mind
7 多重残疾 multiple
"""),
)

DISABILITY_GRADE = CodeList(
    "disability-grade",
    Label("残疾等级", "Grade of disability"),
    "GB/T 26341",
    "2010",
    "GB/T 26341-2010 [M]; grades 1 and 2 are severe (重度)",
    table("""
1 一级 grade 1, severe
2 二级 grade 2, severe
3 三级 grade 3
4 四级 grade 4
"""),
)
